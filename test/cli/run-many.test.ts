import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodes } from '../../src/cli/command.ts'
import type { WalkForward } from '../../src/cli/walk-forward.ts'
import { btc, jsonOf } from './backtest-json.ts'
import type { BacktestJson } from './backtest-json.ts'
import { runCaptured } from './run-cli.ts'
import { writeStrategy, writeTrades } from './sample-files.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

test('a grid runs every combination, best first, and each run equals that run alone', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = writeTrades(folder, 4000)
    const grid = [
      '--grid',
      'lookback=30s,2m',
      'threshold=0.02,0.05',
      '--sort',
      'totalReturn',
      '--workers',
      '2',
    ]
    const runs = (await jsonOf([path, ...grid])) as readonly BacktestJson[]
    assert.equal(runs.length, 4)
    const returns = runs.map(({ totalReturn }) => totalReturn)
    assert.deepEqual(
      returns,
      returns.toSorted((left, right) => right - left),
    )
    for (const run of runs) {
      const params = ['lookback', 'threshold'].flatMap((name) => [
        '--param',
        `${name}=${run.params[name] ?? ''}`,
      ])
      const alone = (await jsonOf([path, ...params])) as BacktestJson
      assert.equal(alone.journalHash, run.journalHash)
      assert.equal(alone.equityEnd, run.equityEnd)
    }
  })
})

test('a walk-forward trades each part with what was best on the part before, and carries the equity on', async () => {
  await inTemporaryFolder(async (folder) => {
    const argv = [
      writeTrades(folder, 6000),
      '--grid',
      'lookback=30s,2m',
      '--walk-forward',
      '3',
      '--workers',
      '2',
    ]
    const result = (await jsonOf(argv)) as WalkForward
    assert.equal(result.folds.length, 3)
    assert.equal(result.equityStart, '10000')
    for (const [index, fold] of result.folds.entries()) {
      const before = result.folds[index - 1]
      assert.equal(fold.test.equityStart, before?.test.equityEnd ?? '10000')
      assert.equal(fold.testFromMs, before?.testToMs ?? fold.testFromMs)
      assert(fold.trainFromMs < fold.testFromMs && (fold.test.firstMs ?? 0) >= fold.testFromMs)
    }
    assert.equal(result.equityEnd, result.folds.at(-1)?.test.equityEnd)
    assert.equal(
      result.trades,
      result.folds.reduce((sum, { test: { trades } }) => sum + trades, 0),
    )
  })
})

test('an error of a strategy in a grid is reported as in a single run', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = writeTrades(folder, 200)
    const mine = writeStrategy(folder, `throw new RangeError('at once')`)
    const run = await runCaptured(['backtest', path, ...btc, '--strategy', mine, '--walk-forward', '1'])
    assert.equal(run.code, exitCodes.failed)
    assert.match(
      run.stderr,
      /cdb: CDB_STRATEGY_FAILED: strategy mine failed at event time 1704067200000 ms: RangeError: at once, in onTrade/,
    )
  })
})

test('a span without data cannot be walked through', async () => {
  await inTemporaryFolder(async (folder) => {
    const argv = ['backtest', writeTrades(folder, 100), ...btc, '--walk-forward', '2', '--from', '2025-01-01']
    const run = await runCaptured(argv)
    assert.equal(run.code, exitCodes.usage)
    assert.match(run.stderr, /there is no data in the span/)
  })
})

test('for people a grid is a table of what varies, and a walk-forward one of its folds', async () => {
  await inTemporaryFolder(async (folder) => {
    const argv = [
      'backtest',
      writeTrades(folder, 2000),
      ...btc,
      '--grid',
      'lookback=30s,1m',
      '--workers',
      '1',
    ]
    const grid = await runCaptured(argv)
    assert.match(grid.stdout, /^lookback +return +maxDrawdown +sharpe/)
    assert.match(grid.stdout, /2 runs, highest sharpe first\n$/)
    const folds = await runCaptured([...argv, '--walk-forward', '2'])
    assert.match(folds.stdout, /\nfold +traded from +to +parameters/)
    assert.match(folds.stdout, /\nAll folds\n/)
  })
})
