import assert from 'node:assert/strict'
import { test } from 'node:test'
import { badRowText, tapeText } from '../../src/cli/tape-report.ts'
import type { TapeReport } from '../../src/cli/tape-report.ts'

const report: TapeReport = {
  instrument: 'BTCUSDT.BINANCE',
  files: [{ file: 'x.csv', format: 'CSV of trades' }],
  events: 1_234_567,
  trades: 1_234_567,
  quotes: 0,
  bookLevels: 0,
  bookResets: 0,
  candles: 0,
  firstMs: Date.UTC(2024, 0, 1),
  lastMs: Date.UTC(2024, 0, 2, 3, 0, 0, 5),
  priceMin: '1.5',
  priceMax: '2',
  gaps: 12,
  gapList: Array.from({ length: 12 }, (_, index) => ({ fromMs: index * 1000, toMs: index * 1000 + 250 })),
  badRows: 22,
  badRowList: [{ file: 'x.csv', line: 3, reason: 'price is zero' }],
  leftOut: 4,
}

test('people see counts with commas, times, the first gaps and what was left out', () => {
  const lines = tapeText(report).split('\n')
  assert.deepEqual(lines.slice(0, 9), [
    'x.csv: CSV of trades',
    'instrument BTCUSDT.BINANCE',
    'trades     1,234,567',
    'from       2024-01-01 00:00:00',
    'to         2024-01-02 03:00:00.005 (1 d 3 h)',
    'prices     1.5 to 2',
    'gaps       12',
    'bad rows   22',
    'left out   4 when the recording was made',
  ])
  assert.equal(lines[9], '  1970-01-01 00:00:00 to 1970-01-01 00:00:00.250 (250 ms)')
  assert.equal(lines.at(-2), '  ... and 2 more, all with --json')
})

test('bad rows are listed as far as they are known', () => {
  assert.equal(badRowText(report), '22 bad rows were left out:\nx.csv:3: price is zero\n... and 21 more\n')
  assert.equal(badRowText({ ...report, badRows: 0, badRowList: [] }), '')
})

test('a tape without prices or times shows none', () => {
  const text = tapeText({ ...report, firstMs: null, lastMs: null, priceMin: null, priceMax: null })
  assert.match(text, /from {7}-\nto {9}-\nprices {5}- to -\n/)
})
