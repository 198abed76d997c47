import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { test } from 'node:test'
import { parseCliArgs } from '../../../src/cli/command.ts'
import { venue } from '../../../src/cli/commands/venue.ts'
import { inFolder } from '../../adapters/recording/scratch.ts'

const quiet = new Writable({
  write(_chunk, _encoding, done) {
    done()
  },
})

test('the venue tells where it is, answers, and stops when asked', async () => {
  const stdout = new PassThrough()
  const stop = new AbortController()
  const terminal = { stdout, stderr: quiet, isTTY: false, signal: stop.signal }
  const running = venue.run(terminal, parseCliArgs(venue, ['--port', '0', '--rate', '50']))
  const [line] = (await stdout.take(1).toArray()) as Buffer[]
  const url = /at (http:\S+), streams at ws:/.exec(String(line))?.[1]
  const response = await fetch(`${url}/api/v3/ping`)
  assert.equal(response.status, 200)
  await response.text()
  stop.abort()
  assert.equal(await running, 0)
})

test('what is written wrongly is named, and a key file never shown', async () => {
  const terminal = { stdout: quiet, stderr: quiet, isTTY: false, signal: new AbortController().signal }
  const run = (argv: readonly string[]): Promise<number> => venue.run(terminal, parseCliArgs(venue, argv))
  await assert.rejects(run(['now']), { code: 'CDB_USAGE' })
  await assert.rejects(run(['--port', '70000']), { code: 'CDB_USAGE' })
  await assert.rejects(run(['--cash', '1e9']), { code: 'CDB_DECIMAL_INVALID' })
  await inFolder(async (folder) => {
    const path = join(folder, 'key.json')
    await writeFile(path, '{"apiKey":"canary"}')
    await assert.rejects(
      run(['--port', '0', '--key-file', path]),
      (error: Error) => !String(error.stack).includes('canary'),
    )
  })
})
