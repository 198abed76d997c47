import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { exitCodes } from '../../../src/cli/command.ts'
import type { RunSummary } from '../../../src/engine/run-summary.ts'
import { runCaptured } from '../run-cli.ts'
import { writeTrades } from '../sample-files.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

test('what up cannot use is told before anything is opened', async () => {
  await inTemporaryFolder(async (folder) => {
    const data = join(folder, 'data')
    for (const [argv, problem] of [
      [['trades.csv'], /takes no argument "trades\.csv"/],
      [['--speed', '0'], /--speed 0 is not a speed/],
      [['--speed', 'fast'], /--speed fast/],
      [['--speed', '1e3'], /--speed 1e3/],
      [['--for', '0'], /--for 0 is not a number of seconds/],
      [['--for', '2000001'], /--for 2000001/],
      [['--sim', '--recording', 'x.csv'], /two sources/],
      [['--seed', '-1'], /--seed/],
    ] as const) {
      const { code, stdout, stderr } = await runCaptured(['up', '--data', data, ...argv])
      assert.deepEqual([code, stdout], [exitCodes.usage, ''], argv.join(' '))
      assert.match(stderr, problem)
    }
    assert(!existsSync(data))
  })
})

test('a wrong setting or a missing recording leaves no data folder', async () => {
  await inTemporaryFolder(async (folder) => {
    const data = join(folder, 'data')
    for (const [argv, code] of [
      [['--param', 'nonsense=1'], 'CDB_PARAM_UNKNOWN'],
      [['--recording', join(folder, 'gone.csv'), '--instrument', 'BTCUSDT.BINANCE'], 'CDB_FILE_MISSING'],
    ] as const) {
      const run = await runCaptured(['up', '--data', data, ...argv])
      assert.equal(run.code, exitCodes.failed)
      assert.match(run.stderr, new RegExp(code))
    }
    assert(!existsSync(data))
  })
})

test('up over a recording writes the log of a backtest over it, and a second start finds nothing to do', async () => {
  await inTemporaryFolder(async (folder) => {
    const tape = writeTrades(folder, 2_000)
    const settings = ['--instrument', 'BTCUSDT.BINANCE', '--seed', '9', '--json']
    const argv = ['up', '--recording', tape, '--speed', 'max', '--data', join(folder, 'data'), ...settings]
    const first = await runCaptured(argv)
    assert.equal(first.code, exitCodes.ok, first.stderr)
    assert.match(first.stderr, /cdb: momentum on BTCUSDT\.BINANCE, data in .*: a new run\n/)
    const live = JSON.parse(first.stdout) as RunSummary
    const tested = JSON.parse((await runCaptured(['backtest', tape, ...settings])).stdout) as RunSummary
    assert.equal(live.journalHash, tested.journalHash)
    assert.equal(live.equityEnd, tested.equityEnd)
    assert(live.logEntries > 0)
    const second = await runCaptured(argv)
    assert.equal(second.code, exitCodes.ok, second.stderr)
    assert.match(second.stderr, new RegExp(`going on after ${live.logEntries} log entries, 2000 events`))
    assert.equal((JSON.parse(second.stdout) as RunSummary).journalHash, live.journalHash)
  })
})

test('a simulated market runs for as long as asked', async () => {
  await inTemporaryFolder(async (folder) => {
    const argv = ['up', '--speed', '50', '--for', '0.2', '--data', join(folder, 'data'), '--json']
    const { code, stdout, stderr } = await runCaptured(argv)
    assert.equal(code, exitCodes.ok, stderr)
    assert((JSON.parse(stdout) as RunSummary).trades > 0)
  })
})
