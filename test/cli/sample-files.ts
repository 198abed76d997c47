import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Start of the samples: a moment, in UTC. */
export const SAMPLE_MS = Date.UTC(2024, 0, 1)

/** A CSV of trades whose price swings, written into the folder; `rows` two a second. Returns its path. */
export function writeTrades(folder: string, rows: number, name = 'trades.csv'): string {
  const lines = ['id,time,price,quantity,side']
  for (let row = 0; row < rows; row++) {
    const price = (50_000 + 500 * Math.sin(row / 400)).toFixed(2)
    lines.push(`${row + 1},${SAMPLE_MS + row * 500},${price},0.5,${row % 3 === 0 ? 'sell' : 'buy'}`)
  }
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

/** A strategy file whose onTrade is the given text. */
export function writeStrategy(folder: string, onTrade: string, name = 'mine.ts'): string {
  const path = join(folder, name)
  writeFileSync(
    path,
    `export default {
  name: 'mine',
  description: 'A strategy of a test.',
  params: [],
  candleMs: () => null,
  create: () => ({ onTrade: (trade) => { ${onTrade} } }),
}
`,
  )
  return path
}
