import { CdbError } from '../domain/errors.ts'
import type { RunSummary } from '../engine/run-summary.ts'

/** The values to try of each parameter: `lookback=5m,15m`. */
export type Grid = Readonly<Record<string, readonly string[]>>

export type Pairs = Readonly<Record<string, string>>

/** More runs than this are a mistake in the grid rather than a wish. */
export const GRID_RUNS_MAX = 10_000

/** Reads `key=v1,v2` texts. Throws CDB_USAGE on one that is not, on a repeated key and on too many runs. */
export function parseGrid(texts: readonly string[]): Grid {
  const grid: Record<string, readonly string[]> = {}
  let runs = 1
  for (const text of texts) {
    const at = text.indexOf('=')
    const key = text.slice(0, Math.max(0, at))
    const values = [...new Set(text.slice(at + 1).split(','))]
    if (at < 1 || values.includes('') || Object.hasOwn(grid, key)) {
      const problem = Object.hasOwn(grid, key) ? 'is given twice' : 'is not key=value,value'
      throw new CdbError('CDB_USAGE', `--grid ${text} ${problem}`, {
        mend: 'for example --grid lookback=5m,15m',
      })
    }
    grid[key] = values
    runs *= values.length
  }
  if (runs > GRID_RUNS_MAX) {
    throw new CdbError('CDB_USAGE', `the grid has ${runs} runs`, {
      mend: `at most ${GRID_RUNS_MAX}: try fewer values`,
    })
  }
  return grid
}

/** Every combination of the grid's values, the last parameter changing fastest. */
export function combinationsOf(grid: Grid): readonly Pairs[] {
  let combinations: readonly Pairs[] = [{}]
  for (const [key, values] of Object.entries(grid)) {
    combinations = combinations.flatMap((pairs) => values.map((value) => ({ ...pairs, [key]: value })))
  }
  return combinations
}

/** Figures that runs can be sorted by, and which way is better. */
export const sortKeys = {
  sharpe: 'more',
  sortino: 'more',
  calmar: 'more',
  totalReturn: 'more',
  profitFactor: 'more',
  winRate: 'more',
  roundTrips: 'more',
  fills: 'more',
  maxDrawdown: 'less',
} as const satisfies Partial<Record<keyof RunSummary, 'more' | 'less'>>
export type SortKey = keyof typeof sortKeys

/** Throws CDB_USAGE on a figure that runs are not sorted by. */
export function parseSortKey(text: string): SortKey {
  if (Object.hasOwn(sortKeys, text)) return text as SortKey
  const names = Object.keys(sortKeys).join(', ')
  throw new CdbError('CDB_USAGE', `--sort ${text} is not a figure to sort by`, {
    mend: `use one of ${names}`,
  })
}

/**
 * Best first; a run without the figure comes last. Between equal ones the higher return decides, then the
 * grid's order.
 */
export function compareRuns(key: SortKey): (left: RunSummary, right: RunSummary) => number {
  const sign = sortKeys[key] === 'more' ? -1 : 1
  return (left, right) => {
    const [a, b] = [left[key], right[key]]
    if (a === b) return right.totalReturn - left.totalReturn
    if (a === null) return 1
    return b === null ? -1 : sign * (a - b)
  }
}
