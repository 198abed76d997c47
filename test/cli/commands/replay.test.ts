import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { exitCodes } from '../../../src/cli/command.ts'
import { runCaptured } from '../run-cli.ts'
import { writeTrades } from '../sample-files.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

test('replay does nothing without --verify, and takes no argument', async () => {
  for (const argv of [['replay'], ['replay', '--verify', 'folder']]) {
    const { code, stdout, stderr } = await runCaptured(argv)
    assert.deepEqual([code, stdout], [exitCodes.usage, ''])
    assert.match(stderr, /CDB_USAGE.*\n {2}mend: use: cdb replay --verify/)
  }
})

test('a folder without a run is an error, not a difference', async () => {
  await inTemporaryFolder(async (folder) => {
    const { code, stderr } = await runCaptured(['replay', '--verify', '--data', join(folder, 'none')])
    assert.equal(code, exitCodes.failed)
    assert.match(stderr, /CDB_FILE_MISSING/)
  })
})

test('a run follows from its inputs, and the verdict has its counts and hash', async () => {
  await inTemporaryFolder(async (folder) => {
    const data = join(folder, 'data')
    const recording = ['--recording', writeTrades(folder, 2_000), '--instrument', 'BTCUSDT.BINANCE']
    const ran = await runCaptured(['up', ...recording, '--speed', 'max', '--data', data, '--json'])
    assert.equal(ran.code, exitCodes.ok, ran.stderr)
    const { journalHash, logEntries } = JSON.parse(ran.stdout) as { journalHash: string; logEntries: number }
    assert(logEntries > 0)
    const verified = await runCaptured(['replay', '--verify', '--data', data, '--json'])
    assert.equal(verified.code, exitCodes.ok, verified.stderr)
    assert.deepEqual(JSON.parse(verified.stdout), {
      ...{ ok: true, entries: logEntries, marketEvents: 2_000, journalHash, difference: '' },
    })
    const stopped = await runCaptured(['replay', '--verify', '--data', data], AbortSignal.abort())
    assert.equal(stopped.code, exitCodes.failed)
    assert.match(stopped.stderr, /CDB_INTERRUPTED/)
  })
})
