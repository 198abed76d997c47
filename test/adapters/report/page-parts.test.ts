import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  alertTable,
  denialTable,
  escapeHtml,
  fillTable,
  gapTable,
  settingTable,
  tiles,
  tripTable,
} from '../../../src/adapters/report/page-parts.ts'
import { summaryWith } from '../../cli/any-summary.ts'
import { reportInput } from './report-run.ts'

/** The texts of the cells, row by row. */
const cellsOf = (html: string): readonly (readonly string[])[] =>
  [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/g)].map(([, text = '']) => text),
  )

test('no text is read as markup', () => {
  assert.equal(escapeHtml('<a href="x">&</a>'), '&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;')
  const html = settingTable([['<b>', '<script>']], summaryWith({ params: { '<i>': '&' } }))
  assert.doesNotMatch(html, /<b>|<script>|<i>/)
})

test('the tiles have the figures of the summary, a loss marked as one', () => {
  const html = tiles(summaryWith({ totalReturn: -0.5, equityEnd: '5000', sharpe: 1.25 }), 'USDT')
  assert.match(html, /<dt>Return<\/dt><dd class="bad">-50\.00 %<\/dd>/)
  assert.match(html, /<dd class="">5,000\.00<\/dd>\s*<p>USDT, from 10,000\.00<\/p>/)
  assert.match(html, /<dt>Sharpe<\/dt><dd class="">1\.25<\/dd>/)
})

test('denials are bars, the longest for the code that denied most', () => {
  const html = denialTable(summaryWith({ denied: 12, deniedByCode: { A: 8, B: 4 } }))
  assert.deepEqual(
    [...html.matchAll(/width:([\d.]+)%/g)].map(([, width]) => width),
    ['100.0', '50.0'],
  )
  assert.match(denialTable(summaryWith({})), /Nothing was denied/)
})

test('fills and round trips are listed newest first with their numbers', async () => {
  const { tally, summary } = await reportInput()
  const fills = cellsOf(fillTable(tally)).slice(1)
  assert.equal(fills.length, summary.fills)
  assert.deepEqual(
    fills.map(([, side, purpose]) => [side, purpose]),
    [
      ['buy', 'entry'],
      ['sell', 'exit'],
      ['buy', 'entry'],
    ],
  )
  const [trip, ...more] = cellsOf(tripTable(tally)).slice(1)
  assert.equal(more.length, summary.roundTrips - 1)
  assert(trip !== undefined)
  assert.deepEqual([trip[2], trip[3]], ['long', 'exit'])
})

test('gaps are listed with their ends', async () => {
  const { tally } = await reportInput()
  assert.deepEqual(cellsOf(gapTable(tally)).slice(1), [['2024-01-01 00:03:19', '2024-01-01 00:03:20', '1s']])
})

test('a table without rows says so in words', async () => {
  const { tally } = await reportInput()
  assert.match(alertTable({ ...tally, keptAlerts: [], alerts: 0 }), /No alerts\./)
  assert.match(gapTable({ ...tally, keptGaps: [] }), /No gaps in the data\./)
  assert.match(fillTable({ ...tally, keptFills: [], fills: 0 }), /Nothing was filled\./)
})

test('a table that was cut says how much there was', async () => {
  const { tally } = await reportInput()
  assert.match(fillTable({ ...tally, fills: 5000 }), /The newest 3 of 5,000\./)
})
