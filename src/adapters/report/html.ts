import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatDecimal, toNumber } from '../../domain/decimal.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Gap } from '../../domain/market.ts'
import { pointsOf } from '../../engine/curve.ts'
import type { CurvePoint } from '../../engine/curve.ts'
import type { RunSummary } from '../../engine/run-summary.ts'
import type { Tally } from '../../engine/tally.ts'
import { countFigure, spanFigure, timeFigure } from './figures.ts'
import {
  alertTable,
  denialTable,
  escapeHtml,
  fillTable,
  gapTable,
  settingTable,
  tiles,
  tripTable,
} from './page-parts.ts'

export type ReportInput = Readonly<{
  summary: RunSummary
  instrument: Instrument
  tally: Tally
  prices: readonly CurvePoint[]
  /** Runs the same again. */
  commandLine: string
  settings: readonly (readonly [string, string])[]
}>

/**
 * One page that holds everything: styles, script, the chart library and the data. It asks for nothing from
 * anywhere, so it can be opened from a disk, mailed and kept.
 */
export function renderReport(input: ReportInput): string {
  const { summary, instrument, tally } = input
  const title = `${summary.strategy} on ${summary.instrument}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · backtest</title>
<link rel="icon" href="data:,">
<style>${asset('uplot/dist/uPlot.min.css')}
${ownFile('page.css')}</style>
</head>
<body>
<header>
  <div><p class="kind">Backtest</p><h1>${escapeHtml(title)}</h1>
  <p class="sub">${escapeHtml(spanLine(summary))}</p></div>
  <button id="theme" type="button" aria-label="Switch between light and dark">◐</button>
</header>
<main>
${tiles(summary, instrument.quote)}
${chart('equity', 'Equity', instrument.quote)}
${chart('drawdown', 'Drawdown', 'from the peak')}
${chart('price', 'Price, entries and exits', instrument.quote, PRICE_KEY)}
<div class="columns">
<section><h2>Denials by code</h2>${denialTable(summary)}</section>
<section><h2>Alerts and gaps</h2>${alertTable(tally)}${gapTable(tally)}</section>
</div>
<section><h2>Round trips</h2>${tripTable(tally)}</section>
<section><h2>Fills</h2>${fillTable(tally)}</section>
<section><h2>Settings</h2>
<p>This command runs the same again:</p>
<pre class="command"><code id="command">${escapeHtml(input.commandLine)}</code>${COPY_BUTTON}</pre>
${settingTable(input.settings, summary)}</section>
</main>
<footer>Claire de Binare · ${countFigure(summary.logEntries)} log entries · journal
<code>${escapeHtml(summary.journalHash)}</code>
<p>Ratios are annual, from ${summary.returns} returns of ${spanFigure(summary.returnMs)} with a risk-free rate of 0.
A figure that the data cannot support is n/a. Past results say nothing of the future.</p></footer>
<script type="application/json" id="data">${jsonForScript(pageData(input))}</script>
<script>${asset('uplot/dist/uPlot.iife.min.js')}</script>
<script>${ownFile('page.js')}</script>
</body>
</html>
`
}

const PRICE_KEY = `<p class="key"><span class="buy">▲ buy</span> <span class="sell">▼ sell</span>
<span>drag to zoom, double-click to reset</span></p>`
const COPY_BUTTON = '<button id="copy" type="button">Copy</button>'

/** A section whose chart the page's script draws. */
const chart = (id: string, title: string, unit: string, key = ''): string =>
  `<section><h2>${title} <span class="unit">${escapeHtml(unit)}</span></h2>${key}
<div class="chart" id="${id}"></div></section>`

function spanLine({ firstMs, lastMs, trades, quotes, candles, gaps }: RunSummary): string {
  const span = firstMs === null || lastMs === null ? null : lastMs - firstMs
  const counts = [
    `${countFigure(trades)} trades`,
    `${countFigure(quotes)} quotes`,
    `${countFigure(candles)} candles`,
    `${countFigure(gaps)} gaps`,
  ]
  return `${timeFigure(firstMs)} to ${timeFigure(lastMs)} UTC (${spanFigure(span)}) · ${counts.join(' · ')}`
}

const asset = (name: string): string => readFileSync(fileURLToPath(import.meta.resolve(name)), 'utf8').trim()

const ownFile = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8').trim()

/** Times in seconds, as the chart library has them. */
function pageData({ summary, tally, prices }: ReportInput): unknown {
  return {
    firstS: (summary.firstMs ?? 0) / 1000,
    lastS: (summary.lastMs ?? 0) / 1000,
    equityStart: toNumber(tally.portfolio.cashStart),
    equity: columns(pointsOf(tally.equityCurve)),
    prices: columns(withBreaks(prices, tally.keptGaps)),
    fills: tally.keptFills.map(({ fill, purpose }) => ({
      atS: fill.eventMs / 1000,
      side: fill.side,
      price: toNumber(fill.price),
      quantity: formatDecimal(fill.quantity),
      fee: `${formatDecimal(fill.fee)} ${fill.feeAsset}`,
      purpose,
      liquidity: fill.liquidity,
    })),
  }
}

type DrawnPoint = Readonly<{ atMs: number; value: number | null }>

const columns = (points: readonly DrawnPoint[]): readonly (readonly (number | null)[])[] => [
  points.map(({ atMs }) => atMs / 1000),
  points.map(({ value }) => value),
]

/** Where data is missing the line breaks: a line across it would claim prices that nobody saw. */
function withBreaks(points: readonly CurvePoint[], gaps: readonly Gap[]): readonly DrawnPoint[] {
  const breaks = gaps.map(({ eventMs, gapMs }) => ({ atMs: eventMs - gapMs / 2, value: null }))
  return [...points, ...breaks].sort((left, right) => left.atMs - right.atMs)
}

/** No text of the data can end the script element or open a comment. */
const jsonForScript = (data: unknown): string => JSON.stringify(data).replaceAll('<', '\\u003c')
