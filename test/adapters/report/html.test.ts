import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { renderReport } from '../../../src/adapters/report/html.ts'
import { inTemporaryFolder } from '../../cli/temporary-folder.ts'
import { domOf } from './chromium.ts'
import { START_MS } from '../../engine/scenario.ts'
import { reportInput } from './report-run.ts'

const elementText = (page: string, opening: string): string => {
  const from = page.indexOf(opening) + opening.length
  return page.slice(from, page.indexOf('</script>', from))
}

type PageData = Readonly<{
  equity: readonly [readonly number[], readonly number[]]
  prices: readonly [readonly number[], readonly (number | null)[]]
  fills: readonly Readonly<{ side: string; purpose: string; quantity: string }>[]
}>

test('the page asks for nothing from anywhere', async () => {
  const page = renderReport(await reportInput())
  assert.doesNotMatch(page, /\b(?:src|href)="(?!data:)/)
  assert.doesNotMatch(
    page,
    /@import|url\(|<link(?! rel="icon" href="data:,")|\bfetch\(|XMLHttpRequest|import\(/,
  )
})

test('the data of the page is the run: curves in order of time, and every fill', async () => {
  const input = await reportInput()
  const data = JSON.parse(
    elementText(renderReport(input), '<script type="application/json" id="data">'),
  ) as PageData
  const [times, values] = data.equity
  assert.deepEqual(
    times,
    times.toSorted((left, right) => left - right),
  )
  assert.equal(values.at(-1)?.toFixed(6), Number(input.summary.equityEnd).toFixed(6))
  assert.deepEqual(data.prices[1].slice(-2), [51_990, null])
  assert.equal(data.fills.length, input.summary.fills)
})

test('the price breaks where data is missing', async () => {
  const input = await reportInput()
  const gap = { kind: 'gap', eventMs: START_MS + 60_500, gapMs: 400 } as const
  const page = renderReport({ ...input, tally: { ...input.tally, keptGaps: [gap] } })
  const data = JSON.parse(elementText(page, '<script type="application/json" id="data">')) as PageData
  const at = data.prices[1].indexOf(null)
  assert.deepEqual(data.prices[1].slice(at - 1, at + 2), [50_600, null, 50_610])
})

test('no text of the run ends a script or becomes markup', async () => {
  const page = renderReport(await reportInput())
  assert.equal(page.match(/<script/g)?.length, 3)
  assert.equal(page.match(/<\/script>/g)?.length, 3)
  assert.doesNotMatch(page, /<img/)
})

test('the page has the figures, the settings and the command that runs the same again', async () => {
  const input = await reportInput()
  const page = renderReport(input)
  for (const text of [
    input.summary.journalHash,
    'scripted on BTCUSDT.BINANCE',
    '10000 USDT',
    'NOTHING_TO_EXIT',
  ]) {
    assert(page.includes(text), `${text} is on the page`)
  }
  assert.match(page, /cdb backtest &quot;&lt;\/script&gt;&lt;b&gt;\.csv&quot; --strategy scripted/)
})

for (const size of ['1280,900', '390,800']) {
  test(`in a browser of ${size} without a network the page draws its three charts`, async () => {
    await inTemporaryFolder(async (folder) => {
      const page = join(folder, 'report.html')
      writeFileSync(page, renderReport(await reportInput()))
      const dom = domOf(page, join(folder, 'profile'), size)
      assert.equal(dom.match(/<canvas/g)?.length, 3)
      for (const label of ['equity', 'drawdown', 'price']) assert(dom.includes(`>${label}</div>`), label)
      assert.match(dom, /data-theme="(?:light|dark)"/)
    })
  })
}
