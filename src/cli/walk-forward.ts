import { add, formatDecimal, money, subtract, ZERO_MONEY } from '../domain/decimal.ts'
import type { Money } from '../domain/decimal.ts'
import type { RunSummary } from '../engine/run-summary.ts'
import { sharpeOf, sortinoOf } from '../engine/statistics.ts'
import { compareRuns } from './grid.ts'
import type { Pairs, SortKey } from './grid.ts'
import type { RunPool, RunResult } from './run-pool.ts'
import type { RunSettings } from './run-settings.ts'

/** One step: parameters chosen on a part of the data, and what they then did on the part after it. */
export type Fold = Readonly<{
  trainFromMs: number
  testFromMs: number
  testToMs: number
  params: Pairs
  /** The figure that chose them, on the part they were chosen on. */
  trainFigure: number | null
  test: RunSummary
}>

/** Out-of-sample figures only: no fold is judged on data that its parameters were chosen on. */
export type WalkForward = Readonly<{
  instrument: string
  strategy: string
  sortedBy: SortKey
  folds: readonly Fold[]
  trades: number
  signals: number
  orders: number
  denied: number
  fills: number
  fees: string
  equityStart: string
  equityEnd: string
  totalReturn: number
  /** The deepest drawdown within a fold. */
  maxDrawdown: number
  sharpe: number | null
  sortino: number | null
}>

export type WalkForwardPlan = Readonly<{
  settings: RunSettings
  /** At least one; several make the choice. */
  combinations: readonly Pairs[]
  folds: number
  firstMs: number
  lastMs: number
  sortKey: SortKey
}>

/**
 * Cuts the span into folds + 1 equal parts; each part but the last chooses parameters by the grid, and the
 * part after it is traded with them, with the equity that the part before left, starting flat.
 */
export async function walkForward(
  pool: RunPool,
  plan: WalkForwardPlan,
  onDone: (done: number, total: number) => void,
): Promise<WalkForward> {
  const { settings, combinations, folds, firstMs, lastMs, sortKey } = plan
  const partMs = (lastMs + 1 - firstMs) / (folds + 1)
  const edge = (part: number): number => Math.round(firstMs + part * partMs)
  const total = folds * (combinations.length + 1)
  const jobs = Array.from({ length: folds }, (_, fold) =>
    combinations.map((params) => ({
      settings: { ...settings, params: { ...settings.params, ...params } },
      range: { fromMs: edge(fold), toMs: edge(fold + 1) },
    })),
  )
  const trained = await pool.run(jobs.flat(), (done) => {
    onDone(done, total)
  })
  const tested: Fold[] = []
  const results: RunResult[] = []
  let cash = settings.cash
  for (let fold = 0; fold < folds; fold++) {
    const from = fold * combinations.length
    const best = bestOf(trained.slice(from, from + combinations.length), combinations, sortKey)
    const range = { fromMs: edge(fold + 1), toMs: edge(fold + 2) }
    const job = { settings: { ...settings, cash, params: { ...settings.params, ...best.params } }, range }
    const [result] = await pool.run([job], () => {
      onDone(jobs.length * combinations.length + fold + 1, total)
    })
    if (result === undefined) break
    results.push(result)
    cash = result.summary.equityEnd
    const spans = { trainFromMs: edge(fold), testFromMs: range.fromMs, testToMs: range.toMs }
    tested.push({ ...spans, params: best.params, trainFigure: best.summary[sortKey], test: result.summary })
  }
  return outOfSample(tested, results, sortKey)
}

function bestOf(
  results: readonly RunResult[],
  combinations: readonly Pairs[],
  sortKey: SortKey,
): Readonly<{ summary: RunSummary; params: Pairs }> {
  const ranked = results.map(({ summary }, index) => ({ summary, params: combinations[index] ?? {} }))
  const compare = compareRuns(sortKey)
  const [best] = ranked.sort((left, right) => compare(left.summary, right.summary))
  if (best === undefined) throw new RangeError('a fold has at least one run')
  return best
}

function outOfSample(folds: readonly Fold[], results: readonly RunResult[], sortedBy: SortKey): WalkForward {
  const [first] = folds
  const last = folds.at(-1)
  if (first === undefined || last === undefined) throw new RangeError('there is at least one fold')
  const sum = (figure: (summary: RunSummary) => number): number =>
    folds.reduce((total, fold) => total + figure(fold.test), 0)
  const fees = folds.reduce((total, fold) => add(total, money(fold.test.fees)), ZERO_MONEY)
  const returns = results.flatMap((result) => result.returns)
  const start = money(first.test.equityStart)
  return {
    instrument: first.test.instrument,
    strategy: first.test.strategy,
    sortedBy,
    folds,
    trades: sum((test) => test.trades),
    signals: sum((test) => test.signals),
    orders: sum((test) => test.orders),
    denied: sum((test) => test.denied),
    fills: sum((test) => test.fills),
    fees: formatDecimal(fees),
    equityStart: first.test.equityStart,
    equityEnd: last.test.equityEnd,
    totalReturn: returnOf(start, money(last.test.equityEnd)),
    maxDrawdown: Math.max(...folds.map((fold) => fold.test.maxDrawdown)),
    sharpe: sharpeOf(returns, first.test.returnMs),
    sortino: sortinoOf(returns, first.test.returnMs),
  }
}

const returnOf = (start: Money, end: Money): number => Number(subtract(end, start)) / Number(start)
