import { divideHalfEven, formatDecimal, ONE } from '../../domain/decimal.ts'
import type { Money, Quantity } from '../../domain/decimal.ts'
import type { RunSummary } from '../../engine/run-summary.ts'
import type { Tally } from '../../engine/tally.ts'
import { countFigure, moneyFigure, percentFigure, ratioFigure, spanFigure, timeFigure } from './figures.ts'

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Rows shown in each table; the page stays light, and the full log is elsewhere. */
const ROWS_MAX = 500

type Tile = Readonly<{ label: string; value: string; note?: string; tone?: 'good' | 'bad' | '' }>

const toneOf = (value: number | null): 'good' | 'bad' | '' =>
  value === null || value === 0 ? '' : value > 0 ? 'good' : 'bad'

/** The headline figures. */
export function tiles(summary: RunSummary, quote: string): string {
  const list: readonly Tile[] = [
    { label: 'Return', value: percentFigure(summary.totalReturn), tone: toneOf(summary.totalReturn) },
    {
      label: 'Equity',
      value: moneyFigure(summary.equityEnd),
      note: `${quote}, from ${moneyFigure(summary.equityStart)}`,
    },
    {
      label: 'Max drawdown',
      value: percentFigure(summary.maxDrawdown),
      note: `${moneyFigure(summary.maxDrawdownMoney)} ${quote} at most`,
    },
    {
      label: 'Sharpe',
      value: ratioFigure(summary.sharpe),
      note: `Sortino ${ratioFigure(summary.sortino)}, Calmar ${ratioFigure(summary.calmar)}`,
    },
    {
      label: 'Win rate',
      value: percentFigure(summary.winRate),
      note: `${countFigure(summary.roundTrips)} round trips`,
    },
    { label: 'Profit factor', value: ratioFigure(summary.profitFactor), note: 'won / lost, after fees' },
    {
      label: 'Realized PnL',
      value: moneyFigure(summary.realizedPnl),
      note: `unrealized ${moneyFigure(summary.unrealizedPnl)}`,
    },
    { label: 'Fees', value: moneyFigure(summary.fees), note: `turnover ${moneyFigure(summary.turnover)}` },
    {
      label: 'Exposure',
      value: percentFigure(summary.exposure),
      note: `held ${spanFigure(summary.averageHeldMs)} on average`,
    },
    {
      label: 'Signals',
      value: countFigure(summary.signals),
      note: `${countFigure(summary.orders)} orders approved, ${countFigure(summary.denied)} denied`,
    },
    {
      label: 'Fills',
      value: countFigure(summary.fills),
      note: `${countFigure(summary.makerFills)} as maker`,
    },
    { label: 'Speed', value: countFigure(summary.eventsPerSecond), note: 'events per second' },
  ]
  const tile = ({ label, value, note = '', tone = '' }: Tile): string =>
    `<div class="tile"><dt>${escapeHtml(label)}</dt><dd class="${tone}">${escapeHtml(value)}</dd>
<p>${escapeHtml(note)}</p></div>`
  return `<dl class="tiles">${list.map(tile).join('')}</dl>`
}

/**
 * A table, or the words that say why there is none. Cells from `numbersFrom` on are numbers, at the right.
 */
function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  options: Readonly<{ none: string; numbersFrom: number; total?: number }>,
): string {
  if (rows.length === 0) return `<p class="none">${options.none}</p>`
  const cell = (tag: 'td' | 'th') => (text: string, column: number) =>
    `<${tag}${column >= options.numbersFrom ? ' class="number"' : ''}>${escapeHtml(text)}</${tag}>`
  const total = options.total ?? rows.length
  const cut =
    total > rows.length
      ? `<p class="none">The newest ${countFigure(rows.length)} of ${countFigure(total)}.</p>`
      : ''
  const headCells = head.map(cell('th')).join('')
  const body = rows.map((row) => `<tr>${row.map(cell('td')).join('')}</tr>`).join('\n')
  return `<div class="scroll"><table><thead><tr>${headCells}</tr></thead>
<tbody>
${body}
</tbody></table></div>${cut}`
}

/** Denials as bars: the code that denied most sets the scale. */
export function denialTable({ deniedByCode, denied }: RunSummary): string {
  const entries = Object.entries(deniedByCode)
  if (entries.length === 0) return '<p class="none">Nothing was denied.</p>'
  const most = Math.max(...entries.map(([, count]) => count))
  const rows = entries.map(
    ([code, count]) =>
      `<li><span class="code">${escapeHtml(code)}</span><span class="count">${countFigure(count)}</span>
<span class="bar"><i style="width:${((100 * count) / most).toFixed(1)}%"></i></span></li>`,
  )
  return `<ul class="bars">${rows.join('')}</ul>
<p class="none">${countFigure(denied)} denials; every one is on the log with its numbers.</p>`
}

export function alertTable({ keptAlerts, alerts }: Tally): string {
  const rows = keptAlerts
    .toReversed()
    .map(({ eventMs, level, code, message }) => [timeFigure(eventMs), level, code, message])
  return table(['time', 'level', 'code', 'message'], rows, {
    none: 'No alerts.',
    numbersFrom: 9,
    total: alerts,
  })
}

export function gapTable({ keptGaps, market }: Tally): string {
  const rows = keptGaps.map(({ eventMs, gapMs }) => [
    timeFigure(eventMs - gapMs),
    timeFigure(eventMs),
    spanFigure(gapMs),
  ])
  const more =
    market.gaps > rows.length
      ? `<p class="none">The first ${rows.length} of ${countFigure(market.gaps)}.</p>`
      : ''
  const head = ['missing from', 'to', 'length']
  return `${table(head, rows, { none: 'No gaps in the data.', numbersFrom: 2 })}${more}`
}

/** Value / quantity: for reading, never kept. */
const averagePrice = (value: Money, quantity: Quantity): string =>
  quantity === 0n ? 'n/a' : moneyFigure(formatDecimal(divideHalfEven(value * ONE, quantity)), 4)

export function tripTable({ trips }: Tally): string {
  const rows = trips.kept
    .slice(-ROWS_MAX)
    .toReversed()
    .map((trip) => [
      ...[timeFigure(trip.openMs), spanFigure(trip.closeMs - trip.openMs), trip.side, trip.closedBy],
      formatDecimal(trip.entryQuantity),
      averagePrice(trip.entryValue, trip.entryQuantity),
      averagePrice(trip.exitValue, trip.exitQuantity),
      ...[moneyFigure(formatDecimal(trip.fees), 4), moneyFigure(formatDecimal(trip.pnl), 4)],
    ])
  const head = ['opened', 'held', 'side', 'closed by', 'quantity', 'entry', 'exit', 'fees', 'PnL after fees']
  return table(head, rows, { none: 'No position was opened and closed.', numbersFrom: 4, total: trips.count })
}

export function fillTable({ keptFills, fills }: Tally): string {
  const rows = keptFills
    .slice(-ROWS_MAX)
    .toReversed()
    .map(({ fill, purpose }) => [
      ...[timeFigure(fill.eventMs), fill.side, purpose, fill.liquidity],
      ...[formatDecimal(fill.quantity), moneyFigure(formatDecimal(fill.price), 8)],
      `${moneyFigure(formatDecimal(fill.fee), 8)} ${fill.feeAsset}`,
    ])
  const head = ['time', 'side', 'purpose', 'liquidity', 'quantity', 'price', 'fee']
  return table(head, rows, { none: 'Nothing was filled.', numbersFrom: 4, total: fills })
}

export function settingTable(settings: readonly (readonly [string, string])[], summary: RunSummary): string {
  const params = Object.entries(summary.params).map(([key, value]) => [`param ${key}`, value])
  return table(['setting', 'value'], [...settings, ...params], { none: 'None.', numbersFrom: 9 })
}
