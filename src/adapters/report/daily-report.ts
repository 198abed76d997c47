import { formatDecimal, subtract } from '../../domain/decimal.ts'
import type { DailyFigures, DailyFill, RenderedReport } from '../../engine/daily-report.ts'
import { countFigure, moneyFigure, timeFigure } from './figures.ts'
import { escapeHtml } from './page-parts.ts'

/** A heading with a table, or with the words that say why there is none. */
type Section = Readonly<{
  title: string
  head: readonly string[]
  rows: readonly (readonly string[])[]
  none: string
}>

const NONE = 'n/a'

export function renderDailyReport(figures: DailyFigures): RenderedReport {
  const { day, account, instrument } = figures
  const title = `${day}: ${account} on ${instrument}`
  const sections = sectionsOf(figures)
  return {
    day,
    title,
    markdown: [`# ${plain(title)}`, ...sections.map(markdownOf)].join('\n\n') + '\n',
    html: pageOf(title, sections.map(htmlOf).join('\n')),
  }
}

const amount = (value: bigint | null): string => (value === null ? NONE : moneyFigure(formatDecimal(value)))

function sectionsOf(figures: DailyFigures): readonly Section[] {
  const { fills, fillCount, denials, alerts, alertCount } = figures
  return [
    { title: 'Figures', head: ['figure', 'value'], rows: figureRows(figures), none: '' },
    {
      title: headingOf('Fills', fills.length, fillCount),
      head: ['time (UTC)', 'side', 'quantity', 'price', 'fee', 'as', 'strategy'],
      rows: fills.map(fillRow),
      none: 'Nothing was filled.',
    },
    {
      title: 'Denials by code',
      head: ['code', 'count'],
      rows: denials.map(({ code, count }) => [code, countFigure(count)]),
      none: 'Nothing was denied.',
    },
    {
      title: headingOf('Alerts', alerts.length, alertCount),
      head: ['time (UTC)', 'level', 'code', 'message'],
      rows: alerts.map(({ eventMs, level, code, message }) => [timeFigure(eventMs), level, code, message]),
      none: 'No alerts.',
    },
  ]
}

const headingOf = (name: string, shown: number, total: number): string =>
  shown < total ? `${name} (the newest ${countFigure(shown)} of ${countFigure(total)})` : name

function figureRows(figures: DailyFigures): readonly (readonly string[])[] {
  const { equityStart, equityEnd, quote, fees } = figures
  const gained = equityStart === null || equityEnd === null ? null : subtract(equityEnd, equityStart)
  return [
    [`Equity at the end, ${quote}`, amount(equityEnd)],
    [`Profit and loss of the day after fees, ${quote}`, amount(gained)],
    [`Realized since the account began, ${quote}`, amount(figures.realizedPnl)],
    [`Turnover, ${quote}`, amount(figures.turnover)],
    ...fees.map(({ asset, amount: paid }) => [`Fees, ${asset}`, formatDecimal(paid)]),
    ['Position now', formatDecimal(figures.position)],
    ['Signals', countFigure(figures.signals)],
    ['Orders approved', countFigure(figures.approved)],
    ['Denials', countFigure(figures.denials.reduce((sum, { count }) => sum + count, 0))],
    ['Fills', countFigure(figures.fillCount)],
  ]
}

const fillRow = (fill: DailyFill): readonly string[] => [
  timeFigure(fill.eventMs),
  fill.side,
  formatDecimal(fill.quantity),
  formatDecimal(fill.price),
  `${formatDecimal(fill.fee)} ${fill.feeAsset}`,
  fill.liquidity,
  fill.strategy,
]

/** What a text says is data: it cannot begin a cell, a line or markup of its own. */
const plain = (text: string): string =>
  text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[\\|`*_[\]<>]/g, (character) => `\\${character}`)

function markdownOf({ title, head, rows, none }: Section): string {
  if (rows.length === 0) return `## ${title}\n\n${none}`
  const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |`
  const rule = `| ${head.map(() => '---').join(' | ')} |`
  return [`## ${title}`, '', line(head), rule, ...rows.map(line)].join('\n')
}

function htmlOf({ title, head, rows, none }: Section): string {
  const heading = `<h2>${escapeHtml(title)}</h2>`
  if (rows.length === 0) return `${heading}\n<p>${escapeHtml(none)}</p>`
  const line = (tag: 'td' | 'th', cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  return `${heading}
<table><thead>${line('th', head)}</thead>
<tbody>
${rows.map((row) => line('td', row)).join('\n')}
</tbody></table>`
}

const pageOf = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { border-bottom: 1px solid #8884; padding: .2rem .8rem .2rem 0; text-align: left }
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body}
</body>
</html>
`
