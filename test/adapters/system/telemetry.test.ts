import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTelemetry } from '../../../src/adapters/system/telemetry.ts'
import type { LogFormat, ServiceTelemetry } from '../../../src/adapters/system/telemetry.ts'
import type { LogLevel } from '../../../src/engine/telemetry.ts'

function captured(
  format: LogFormat,
  level: LogLevel = 'debug',
): Readonly<{ telemetry: ServiceTelemetry; lines: string[] }> {
  const lines: string[] = []
  const write = (line: string): void => {
    lines.push(line)
  }
  return { telemetry: createTelemetry({ service: 'risk', owner: 'a-1', level, format, write }), lines }
}

const CANARY = 'c4nary-s3cret'

test('a line of the log is one JSON object with time, level, service, owner and its fields', () => {
  const { telemetry, lines } = captured('json')
  telemetry.log('warn', 'denied', { seq: 7, slot: 'a/b', code: 'C05' })
  const line = JSON.parse(lines[0] ?? '') as Readonly<Record<string, unknown>>
  assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.deepEqual(line, {
    time: line['time'],
    ...{ level: 'warn', service: 'risk', owner: 'a-1', msg: 'denied' },
    ...{ seq: 7, slot: 'a/b', code: 'C05' },
  })
})

for (const format of ['json', 'text'] as const) {
  test(`nothing that is said can make a second ${format} line or move the cursor`, () => {
    const { telemetry, lines } = captured(format)
    telemetry.log('info', 'a\r\n2026 forged\u001b[2J', { reason: 'x\ny\u001b[31m' })
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /^\P{Cc}*\n$/u)
  })

  test(`secrets do not come to the ${format} log, the status or the parts`, () => {
    const { telemetry, lines } = captured(format)
    telemetry.log('error', `postgres://u:${CANARY}@h/d`, { secret: CANARY, url: `redis://:${CANARY}@h` })
    telemetry.ready('redis', `redis://u:${CANARY}@h is down`)
    telemetry.status({ apiKey: CANARY, url: `redis://u:${CANARY}@h` })
    const all = [...lines, JSON.stringify(telemetry.parts()), JSON.stringify(telemetry.fields())].join('')
    assert(!all.includes(CANARY), all)
    assert(all.includes('[hidden]'))
  })
}

test('lines below the level are left out', () => {
  const { telemetry, lines } = captured('json', 'warn')
  telemetry.log('info', 'quiet')
  telemetry.log('error', 'loud')
  assert.equal(lines.length, 1)
})

test('a line for people has the time, the level, the service and what was said', () => {
  const { telemetry, lines } = captured('text')
  telemetry.log('info', 'leads', { epoch: 3, reason: 'two words' })
  assert.match(lines[0] ?? '', /^\d\d:\d\d:\d\d\.\d{3} info {2}risk: leads epoch=3 reason="two words"\n$/)
})

test('a part is told of when it changes, and forgotten when the service begins anew', () => {
  const { telemetry, lines } = captured('text')
  for (const reason of ['down', 'down', '', '']) telemetry.ready('redis', reason)
  assert.equal(lines.length, 2)
  assert.deepEqual(telemetry.parts(), { redis: '' })
  telemetry.restarted()
  assert.deepEqual(telemetry.parts(), { service: 'starts' })
})

test('gauges begin anew with the service, counters go on', async () => {
  const { telemetry } = captured('json')
  telemetry.count('fills_total', 2)
  telemetry.set('lease_held', 1)
  telemetry.restarted()
  const { text } = await telemetry.exposition()
  assert.match(text, /^cdb_fills_total\{service="risk"\} 2$/m)
  assert.match(text, /^cdb_lease_held\{service="risk"\} 0$/m)
})
