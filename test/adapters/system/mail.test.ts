import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { mailReport } from '../../../src/adapters/system/mail.ts'
import { CdbError } from '../../../src/domain/errors.ts'

/** A mail server that takes everything, or refuses every receiver. */
let server: Server
let port: number
let isRefusing = false
const received: string[] = []
before(async () => {
  server = createServer(talk)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
after(() => {
  server.close()
})

function talk(socket: Socket): void {
  let text = ''
  let isBody = false
  socket.setEncoding('utf8').write('220 test\r\n')
  socket.on('data', (chunk: string) => {
    text += chunk
    for (;;) {
      const end = text.indexOf(isBody ? '\r\n.\r\n' : '\r\n')
      if (end === -1) return
      const part = text.slice(0, end)
      text = text.slice(end + (isBody ? 5 : 2))
      received.push(part)
      const reply = isBody ? '250 taken' : replyTo(part)
      isBody = !isBody && part === 'DATA'
      socket.write(`${reply}\r\n`)
      if (part === 'QUIT') socket.end()
    }
  })
}

function replyTo(line: string): string {
  if (line.startsWith('RCPT') && isRefusing) return '550 no such receiver'
  return line === 'DATA' ? '354 go on' : '250 ok'
}

const report = {
  ...{ day: '2024-01-01', title: '2024-01-01: paper on BTCUSDT.BINANCE' },
  ...{ markdown: '# a day\n', html: '<h1>a day</h1>' },
}
const settings = (): Parameters<typeof mailReport>[0] => ({
  url: `smtp://127.0.0.1:${port}`,
  from: 'cdb@example.org',
  to: ['one@example.org', 'two@example.org'],
})

async function refusal(doing: Promise<void>): Promise<CdbError> {
  const error: unknown = await doing.then(
    () => null,
    (reason: unknown) => reason,
  )
  assert(error instanceof CdbError)
  return error
}

test('a report goes to all receivers, as text and as a page', async () => {
  await mailReport(settings(), report)
  const said = received.join('\n')
  assert.match(said, /MAIL FROM:<cdb@example\.org>/)
  assert.match(said, /RCPT TO:<one@example\.org>/)
  assert.match(said, /RCPT TO:<two@example\.org>/)
  assert.match(said, /Subject: Daily report 2024-01-01: paper on BTCUSDT\.BINANCE/)
  assert.match(said, /# a day/)
  assert.match(said, /<h1>a day<\/h1>/)
})

test('a server that refuses or is away is told with what to check, and never the password', async () => {
  isRefusing = true
  const refused = await refusal(mailReport(settings(), report))
  assert.equal(refused.code, 'CDB_CONFIG_INVALID')
  assert.match(refused.message, /550 no such receiver/)
  assert.match(refused.mend, /CDB_SMTP_URL/)
  const away = await refusal(mailReport({ ...settings(), url: 'smtp://user:geheim@127.0.0.1:1' }, report))
  assert.match(away.message, /cannot be mailed/)
  assert(!away.message.includes('geheim'))
})
