import type { MarketFiles } from '../adapters/recording/open.ts'
import { GAPS_LISTED_MAX, priceText } from '../adapters/recording/tape-summary.ts'

/** What is in market data files, once they were read to the end, as JSON-able data. */
export function tapeReport(files: MarketFiles): TapeReport {
  const summary = files.summary()
  return {
    instrument: files.instrument.id,
    files: files.files.map(({ label, format }) => ({ file: label, format })),
    events: summary.events,
    trades: summary.trades,
    quotes: summary.quotes,
    bookLevels: summary.bookLevels,
    bookResets: summary.bookResets,
    candles: summary.candles,
    firstMs: summary.firstMs,
    lastMs: summary.lastMs,
    priceMin: priceText(summary.priceMin),
    priceMax: priceText(summary.priceMax),
    gaps: summary.gaps,
    gapList: summary.gapList,
    badRows: files.badRowCount(),
    badRowList: files.badRows,
    leftOut: files.leftOut,
  }
}

export type TapeReport = Readonly<{
  instrument: string
  files: readonly Readonly<{ file: string; format: string }>[]
  events: number
  trades: number
  quotes: number
  bookLevels: number
  bookResets: number
  candles: number
  firstMs: number | null
  lastMs: number | null
  /** Exact decimal text: of trades, or of candles' lows and highs. */
  priceMin: string | null
  priceMax: string | null
  gaps: number
  /** The first 1000. */
  gapList: readonly Readonly<{ fromMs: number; toMs: number }>[]
  /** Rows that could not be used. */
  badRows: number
  /** The first 20. */
  badRowList: readonly Readonly<{ file: string; line: number; reason: string }>[]
  /** Rows that had been left out already when the recording was made. */
  leftOut: number
}>

/** The same for people. */
export function tapeText(report: TapeReport): string {
  const rows: readonly (readonly [string, string] | null)[] = [
    ['instrument', report.instrument],
    ['trades', grouped(report.trades)],
    report.quotes > 0 ? ['quotes', grouped(report.quotes)] : null,
    report.bookLevels > 0
      ? ['book', `${grouped(report.bookLevels)} level changes, ${grouped(report.bookResets)} resets`]
      : null,
    report.candles > 0 ? ['candles', grouped(report.candles)] : null,
    ['from', timeText(report.firstMs)],
    ['to', `${timeText(report.lastMs)}${lengthText(report)}`],
    ['prices', `${report.priceMin ?? '-'} to ${report.priceMax ?? '-'}`],
    ['gaps', grouped(report.gaps)],
    ['bad rows', grouped(report.badRows)],
    report.leftOut > 0 ? ['left out', `${grouped(report.leftOut)} when the recording was made`] : null,
  ]
  const lines = rows.flatMap((row) => (row === null ? [] : [`${row[0].padEnd(11)}${row[1]}`]))
  const files = report.files.map(({ file, format }) => `${file}: ${format}`)
  return [...files, ...lines, ...gapLines(report), ''].join('\n')
}

/** Each bad row on a line, as far as they are kept; empty when there are none. */
export function badRowText(report: TapeReport): string {
  if (report.badRows === 0) return ''
  const lines = report.badRowList.map(({ file, line, reason }) => `${file}:${line}: ${reason}`)
  const more = report.badRows - report.badRowList.length
  const rest = more > 0 ? [`... and ${grouped(more)} more`] : []
  return `${[`${grouped(report.badRows)} bad rows were left out:`, ...lines, ...rest].join('\n')}\n`
}

const GAPS_SHOWN_MAX = 10

function gapLines(report: TapeReport): readonly string[] {
  const shown = report.gapList.slice(0, GAPS_SHOWN_MAX)
  const lines = shown.map(
    ({ fromMs, toMs }) => `  ${timeText(fromMs)} to ${timeText(toMs)} (${durationText(toMs - fromMs)})`,
  )
  const more = report.gaps - shown.length
  const hint = report.gaps > GAPS_LISTED_MAX ? `the first ${GAPS_LISTED_MAX} with --json` : 'all with --json'
  return more > 0 ? [...lines, `  ... and ${grouped(more)} more, ${hint}`] : lines
}

const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')

const timeText = (ms: number | null): string =>
  ms === null ? '-' : new Date(ms).toISOString().replace('T', ' ').replace('.000Z', '').replace('Z', '')

const lengthText = ({ firstMs, lastMs }: TapeReport): string =>
  firstMs === null || lastMs === null ? '' : ` (${durationText(lastMs - firstMs)})`

function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 1) return `${ms} ms`
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
