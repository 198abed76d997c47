import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { RunSummary } from '../../src/engine/run-summary.ts'
import { exitCodes } from '../../src/cli/command.ts'
import type { WalkForward } from '../../src/cli/walk-forward.ts'
import { assertGolden, runCaptured } from './run-cli.ts'
import { SAMPLE_MS, writeStrategy, writeTrades } from './sample-files.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

type Json = RunSummary & Readonly<{ badRows: number; gapList: readonly unknown[] }>

const btc = ['--instrument', 'BTCUSDT.BINANCE']

async function jsonOf(argv: readonly string[], code: number = exitCodes.ok): Promise<unknown> {
  const run = await runCaptured(['backtest', ...argv, ...btc, '--json'])
  assert.equal(run.code, code, run.stderr)
  return JSON.parse(run.stdout)
}

/** What may differ between two runs of the same: the clock's figures. */
const withoutSpeed = (summary: Json): Json => ({
  ...summary,
  elapsedMs: 0,
  tradesPerSecond: 0,
  eventsPerSecond: 0,
})

test('the JSON of a backtest has the keys that others script against', async () => {
  await inTemporaryFolder(async (folder) => {
    const summary = (await jsonOf([writeTrades(folder, 2000)])) as Json
    const types = Object.entries(summary).map(
      ([name, value]) =>
        `${name}: ${value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value}\n`,
    )
    assertGolden('backtest-json-keys.txt', types.join(''))
    assert.equal(summary.trades, 2000)
    assert.equal(summary.equityStart, '10000')
  })
})

test('the same command gives the same figures and journal hash, another seed moves only what chance may', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = writeTrades(folder, 4000)
    const first = (await jsonOf([path, '--seed', '5'])) as Json
    assert.deepEqual(withoutSpeed((await jsonOf([path, '--seed', '5'])) as Json), withoutSpeed(first))
    const other = (await jsonOf([path, '--seed', '6'])) as Json
    assert.equal(other.trades, first.trades)
    assert.notEqual(other.journalHash, first.journalHash)
  })
})

test('rows that cannot be read are named on stderr, counted, and make the exit code 3', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = writeTrades(folder, 50)
    appendFileSync(path, `51,${SAMPLE_MS + 60_000},NaN,0.5,buy\n`)
    const run = await runCaptured(['backtest', path, ...btc, '--json'])
    assert.equal(run.code, exitCodes.badRows)
    assert.match(run.stderr, /CDB_ROWS_BAD: 1 rows were left out\n {2}.*trades\.csv:52: /)
    assert.equal((JSON.parse(run.stdout) as Json).badRows, 1)
  })
})

test('--from and --to cut the data, --to exclusive', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = writeTrades(folder, 1000)
    const range = ['--from', '2024-01-01T00:01:00', '--to', '2024-01-01 00:02']
    const summary = (await jsonOf([path, ...range])) as Json
    assert.equal(summary.trades, 120)
    assert.equal(summary.firstMs, SAMPLE_MS + 60_000)
    assert.equal(summary.lastMs, SAMPLE_MS + 119_500)
  })
})

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
    const runs = (await jsonOf([path, ...grid])) as readonly Json[]
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
      const alone = (await jsonOf([path, ...params])) as Json
      assert.equal(alone.journalHash, run.journalHash)
      assert.equal(alone.equityEnd, run.equityEnd)
    }
  })
})

test('--grid may be given once for each parameter', async () => {
  await inTemporaryFolder(async (folder) => {
    const grid = ['--grid', 'lookback=30s,2m', '--grid', 'threshold=0.02,0.05', '--workers', '1']
    assert.equal(((await jsonOf([writeTrades(folder, 500), ...grid])) as readonly Json[]).length, 4)
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

test('a backtest that is interrupted says so and reports nothing', async () => {
  await inTemporaryFolder(async (folder) => {
    const run = await runCaptured(['backtest', writeTrades(folder, 100), ...btc], AbortSignal.abort())
    assert.equal(run.code, exitCodes.failed)
    assert.equal(run.stdout, '')
    assert.match(run.stderr, /CDB_INTERRUPTED/)
  })
})

test('the example strategy runs from its file', async () => {
  await inTemporaryFolder(async (folder) => {
    const example = fileURLToPath(new URL('../../examples/rsi-bounce.ts', import.meta.url))
    const summary = (await jsonOf([writeTrades(folder, 4000), '--strategy', example])) as Json
    assert.equal(summary.strategy, 'rsi-bounce')
    assert(summary.signals > 0)
  })
})

test('a strategy file may stand where the command runs', async () => {
  await inTemporaryFolder(async (folder) => {
    const mine = writeStrategy(
      folder,
      `if (trade.tradeId === 100) return { action: 'enter', side: 'buy', reason: 'x' }`,
    )
    const summary = (await jsonOf([writeTrades(folder, 400), '--strategy', join(folder, 'mine.ts')])) as Json
    assert.equal(mine, join(folder, 'mine.ts'))
    assert.equal(summary.signals, 1)
  })
})
