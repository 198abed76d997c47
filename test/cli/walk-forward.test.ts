import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharpeOf } from '../../src/engine/statistics.ts'
import type { RunJob, RunPool } from '../../src/cli/run-pool.ts'
import type { RunSettings } from '../../src/cli/run-settings.ts'
import { walkForward } from '../../src/cli/walk-forward.ts'
import { summaryWith } from './any-summary.ts'

const settings: RunSettings = {
  ...{ strategy: 'momentum', params: { minVolume: '2' }, limits: {}, sizing: {}, venue: {}, regime: {} },
  ...{ cash: '1000', seed: 1, short: false, operator: null },
}

/** Runs whose return is what `returnOf` says, without an engine; the jobs are kept in order. */
function tablePool(returnOf: (job: RunJob) => number): RunPool & Readonly<{ jobs: RunJob[] }> {
  const jobs: RunJob[] = []
  return {
    jobs,
    run(asked, onDone) {
      const results = asked.map((job, index) => {
        jobs.push(job)
        onDone(index + 1)
        const totalReturn = returnOf(job)
        const equityEnd = String(Number(job.settings.cash) * (1 + totalReturn))
        const figures = { totalReturn, equityStart: job.settings.cash, equityEnd, fees: '0.5', trades: 3 }
        return { summary: summaryWith(figures), returns: [totalReturn, 0, totalReturn / 2] }
      })
      return Promise.resolve(results)
    },
    close: () => Promise.resolve(),
  }
}

const plan = {
  settings,
  combinations: [{ lookback: '1m' }, { lookback: '5m' }],
  ...{ folds: 3, firstMs: 0, lastMs: 3999, sortKey: 'totalReturn' as const },
}

/** 5m is best in even parts, 1m in odd ones. */
const byPart = ({ settings: { params }, range }: RunJob): number => {
  const even = Math.floor(range.fromMs / 1000) % 2 === 0
  return (params['lookback'] === '5m') === even ? 0.25 : -0.125
}

test('each part is traded with what was best on the part before it, and on no other', async () => {
  const result = await walkForward(tablePool(byPart), plan, () => undefined)
  assert.deepEqual(
    result.folds.map(({ trainFromMs, testFromMs, testToMs, params, trainFigure }) => {
      return [trainFromMs, testFromMs, testToMs, params['lookback'], trainFigure]
    }),
    [
      [0, 1000, 2000, '5m', 0.25],
      [1000, 2000, 3000, '1m', 0.25],
      [2000, 3000, 4000, '5m', 0.25],
    ],
  )
})

test('equity is carried from fold to fold, and only traded parts are in the figures', async () => {
  const result = await walkForward(tablePool(byPart), plan, () => undefined)
  assert.equal(result.equityStart, '1000')
  assert.equal(result.equityEnd, String(1000 * 0.875 ** 3))
  assert.equal(result.totalReturn, 0.875 ** 3 - 1)
  assert.equal(result.trades, 9)
  assert.equal(result.fees, '1.5')
  const returns = [-0.125, 0, -0.0625, -0.125, 0, -0.0625, -0.125, 0, -0.0625]
  assert.equal(result.sharpe, sharpeOf(returns, 60_000))
})

test('parameters that are not in the grid stay as they were given', async () => {
  const pool = tablePool(byPart)
  await walkForward(pool, plan, () => undefined)
  assert(pool.jobs.every((job) => job.settings.params['minVolume'] === '2'))
  assert.equal(pool.jobs.length, 3 * 2 + 3)
})

test('where no run has the figure the higher return decides', async () => {
  const result = await walkForward(tablePool(byPart), { ...plan, sortKey: 'sharpe' }, () => undefined)
  assert.deepEqual(
    result.folds.map(({ params, trainFigure }) => [params['lookback'], trainFigure]),
    [
      ['5m', null],
      ['1m', null],
      ['5m', null],
    ],
  )
})

test('progress ends at all of the runs', async () => {
  const seen: string[] = []
  await walkForward(tablePool(byPart), plan, (done, total) => seen.push(`${done}/${total}`))
  assert.equal(seen.at(-1), '9/9')
})
