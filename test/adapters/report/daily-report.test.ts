import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderDailyReport } from '../../../src/adapters/report/daily-report.ts'
import { money, price, quantity } from '../../../src/domain/decimal.ts'
import type { DailyFigures } from '../../../src/engine/daily-report.ts'
import { bitcoin, START_MS } from '../../engine/scenario.ts'

const quiet: DailyFigures = {
  ...{ day: '2024-01-01', account: 'paper', instrument: bitcoin.id, quote: 'USDT' },
  ...{ fills: [], fillCount: 0, turnover: money('0'), fees: [], equityStart: null, equityEnd: null },
  ...{ position: quantity('0'), realizedPnl: money('0'), signals: 0, approved: 0, denials: [], alerts: [] },
  alertCount: 0,
}
const busy: DailyFigures = {
  ...quiet,
  fills: [
    {
      ...{ eventMs: START_MS + 1_000, side: 'buy', price: price('50000.5'), quantity: quantity('0.02') },
      ...{ fee: money('1.00001'), feeAsset: 'USDT', liquidity: 'taker', strategy: 'momentum' },
    },
  ],
  fillCount: 1_234,
  turnover: money('1000.01'),
  fees: [{ asset: 'USDT', amount: money('1.00001') }],
  equityStart: money('10000'),
  equityEnd: money('9998.5'),
  signals: 3,
  approved: 2,
  denials: [
    { code: 'PRICE_COLLAR', count: 2 },
    { code: 'DUPLICATE', count: 1 },
  ],
  alerts: [
    { eventMs: START_MS, level: 'critical', code: 'HALTED', message: 'a | b\n# <script>alert(1)</script>' },
  ],
  alertCount: 1,
}

test('a report has the figures of the day', () => {
  const { day, title, markdown } = renderDailyReport(busy)
  assert.equal(day, '2024-01-01')
  assert.equal(title, '2024-01-01: paper on BTCUSDT.BINANCE')
  const lines = markdown.split('\n')
  for (const line of [
    '# 2024-01-01: paper on BTCUSDT.BINANCE',
    '| Equity at the end, USDT | 9,998.50 |',
    '| Profit and loss of the day after fees, USDT | -1.50 |',
    '| Fees, USDT | 1.00001 |',
    '| Denials | 3 |',
    '## Fills (the newest 1 of 1,234)',
    '| 2024-01-01 00:00:01 | buy | 0.02 | 50000.5 | 1.00001 USDT | taker | momentum |',
    '| PRICE\\_COLLAR | 2 |',
  ]) {
    assert(lines.includes(line), line)
  }
})

test('a day on which nothing happened says so', () => {
  const { markdown, html } = renderDailyReport(quiet)
  for (const words of ['Nothing was filled.', 'Nothing was denied.', 'No alerts.', 'n/a']) {
    assert(markdown.includes(words) && html.includes(words), words)
  }
})

test('what a message says becomes neither markup nor a row of its own', () => {
  const { markdown, html } = renderDailyReport(busy)
  assert(!html.includes('<script>'))
  assert(html.includes('&lt;script&gt;'))
  const row = markdown.split('\n').find((line) => line.includes('HALTED'))
  assert.match(row ?? '', /\| a \\\| b # \\<script\\>alert\(1\)\\<\/script\\> \|$/)
})
