import { styleText } from 'node:util'
import { createLogUpdate } from 'log-update'
import { formatDecimal } from '../domain/decimal.ts'
import type { TradingEvent } from '../domain/event.ts'
import type { MarketEvent } from '../domain/market.ts'
import { moneyFigure } from '../adapters/report/figures.ts'
import { pointsOf } from '../engine/curve.ts'
import type { Engine } from '../engine/engine.ts'
import type { LogEntry } from '../engine/journal.ts'
import type { OrderRecord } from '../engine/order-ledger.ts'
import { equityOf, positionOf, realizedPnlOf, unrealizedPnlOf } from '../engine/portfolio.ts'
import type { Tally } from '../engine/tally.ts'
import { clockText, entryLine } from './entry-line.ts'
import type { EntryLine } from './entry-line.ts'

/** What a person sees of a running system, on stderr. */
export type LiveView = Readonly<{
  onMarket(event: MarketEvent): void
  /** Entries that have been committed. */
  onCommitted(entries: readonly LogEntry[], engine: Engine): void
  say(text: string): void
  end(): void
}>

export type LiveViewOptions = Readonly<{
  stderr: NodeJS.WritableStream
  isTTY: boolean
  tally: Tally
  /** `1x`, `max`: shown beside the time. */
  speed: string
  /** What a key does, for the last line; empty without keys. */
  keys: string
}>

const REDRAW_MS = 100
const STATUS_MS = 5_000
/** Lines that a person can follow in a second; of a faster market the rest is counted. */
const LINES_PER_SECOND = 25
const RECENT_MAX = 12
const OPEN_SHOWN_MAX = 5
const SPARK_CELLS = 48

/** Drawn in place on a terminal; elsewhere a line for each event, and a line of status every few seconds. */
export function createLiveView(options: LiveViewOptions): LiveView {
  return options.isTTY ? createScreen(options) : createLines(options)
}

type MarketNow = { price: number; eventMs: number }

function followMarket(now: MarketNow, event: MarketEvent): void {
  if (event.eventMs > now.eventMs) now.eventMs = event.eventMs
  if (event.kind === 'trade') now.price = event.price
  else if (event.kind === 'candle') now.price = event.close
}

function createLines({ stderr, tally, speed }: LiveViewOptions): LiveView {
  const now: MarketNow = { price: Number.NaN, eventMs: 0 }
  let statusMs = performance.now()
  let secondMs = statusMs
  let lines = 0
  let hidden = 0
  return {
    onMarket(event) {
      followMarket(now, event)
    },
    onCommitted(entries, engine) {
      const nowMs = performance.now()
      if (nowMs - secondMs >= 1000) {
        if (hidden > 0) stderr.write(`... and ${hidden} more\n`)
        secondMs = nowMs
        lines = 0
        hidden = 0
      }
      for (const { event } of entries) {
        const line = entryLine(event)
        if (line === null) continue
        if (lines >= LINES_PER_SECOND) hidden += 1
        else stderr.write(`${line.text}\n`)
        lines += 1
      }
      if (nowMs - statusMs < STATUS_MS || engine.marketSeq() === 0) return
      statusMs = nowMs
      stderr.write(`${clockText(now.eventMs)} status   ${statusText(engine, tally, now)} speed ${speed}\n`)
    },
    say(text) {
      stderr.write(`${text}\n`)
    },
    end: () => undefined,
  }
}

function statusText(engine: Engine, tally: Tally, now: MarketNow): string {
  const { portfolio } = engine
  const held = positionOf(portfolio, tally.instrument.id).quantity
  return (
    `price ${now.price} position ${formatDecimal(held)} equity ${formatDecimal(equityOf(portfolio))} ` +
    `trades ${tally.market.trades} signals ${tally.signals} orders ${tally.orders} ` +
    `denied ${tally.denied} fills ${tally.fills}`
  )
}

type ScreenState = {
  readonly now: MarketNow
  mark: Extract<TradingEvent, { kind: 'mark' }> | null
  regime: string
  readonly recent: EntryLine[]
}

function createScreen(options: LiveViewOptions): LiveView {
  const { stderr } = options
  const draw = createLogUpdate(stderr)
  const state: ScreenState = {
    now: { price: Number.NaN, eventMs: 0 },
    mark: null,
    regime: 'unknown',
    recent: [],
  }
  let drawnMs = -Infinity
  return {
    onMarket(event) {
      followMarket(state.now, event)
    },
    onCommitted(entries, engine) {
      for (const { event } of entries) note(state, event)
      const nowMs = performance.now()
      if (nowMs - drawnMs < REDRAW_MS) return
      drawnMs = nowMs
      draw(screenText(state, engine, options))
    },
    say(text) {
      state.recent.push({ text, color: 'gray' })
      drawnMs = -Infinity
    },
    end() {
      draw.done()
    },
  }
}

function note(state: ScreenState, event: TradingEvent): void {
  if (event.kind === 'mark') state.mark = event
  if (event.kind === 'signal') state.regime = event.regime
  const line = entryLine(event)
  if (line !== null) state.recent.push(line)
  if (state.recent.length > RECENT_MAX) state.recent.splice(0, state.recent.length - RECENT_MAX)
}

type Paint = (color: EntryLine['color'] | 'bold', text: string) => string

function screenText(state: ScreenState, engine: Engine, options: LiveViewOptions): string {
  const { tally, keys, stderr } = options
  const paint: Paint = (color, text) => styleText(color, text, { stream: stderr })
  const open = engine.openOrders()
  return [
    marketLine(state, options, paint),
    ...bookLines(engine, tally, paint),
    countLine(tally),
    '',
    `open orders: ${open.length === 0 ? 'none' : open.length}`,
    ...open.slice(0, OPEN_SHOWN_MAX).map(orderLine),
    '',
    ...state.recent.map(({ text, color }) => paint(color, fitted(text, stderr))),
    ...(keys === '' ? [] : ['', paint('gray', keys)]),
  ].join('\n')
}

/** A line that wraps would make the picture jump. */
function fitted(text: string, stream: NodeJS.WritableStream): string {
  const width = 'columns' in stream && typeof stream.columns === 'number' ? stream.columns : Infinity
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

function marketLine(
  { now, mark, regime }: ScreenState,
  { tally, speed }: LiveViewOptions,
  paint: Paint,
): string {
  const known = mark !== null && mark.bid !== null && mark.ask !== null
  const touch = known ? `  ${formatDecimal(mark.bid)} / ${formatDecimal(mark.ask)}` : ''
  const price = paint('bold', `${tally.instrument.id}  ${now.price}`)
  return `${price}${touch}  ${clockText(now.eventMs)}  speed ${speed}  regime ${regime}`
}

function bookLines({ portfolio }: Engine, tally: Tally, paint: Paint): readonly string[] {
  const { base, quote, id } = tally.instrument
  const money = (amount: bigint): string => moneyFigure(formatDecimal(amount))
  const realized = realizedPnlOf(portfolio)
  const profit = realized + unrealizedPnlOf(portfolio) - portfolio.fees
  const held = formatDecimal(positionOf(portfolio, id).quantity)
  const shown = paint(profit < 0n ? 'red' : 'green', money(profit))
  return [
    `equity ${money(equityOf(portfolio))} ${quote}  ${sparkline(tally)}`,
    `profit ${shown}  realized ${money(realized)}  fees ${money(portfolio.fees)}  position ${held} ${base}`,
  ]
}

const countLine = ({ market, signals, orders, denied, fills }: Tally): string =>
  `trades ${market.trades}  signals ${signals}  orders ${orders}  denied ${denied}  fills ${fills}`

function orderLine({ request, state }: OrderRecord): string {
  const at = request.price ?? request.stopPrice
  const where = at === null ? '' : ` at ${formatDecimal(at)}`
  const { side, quantity, type, purpose } = request
  return `  ${side} ${formatDecimal(quantity)} ${type}${where} (${purpose}, ${state})`
}

const SPARKS = '\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588'

/** The newest equity as a row of bars. */
export function sparkline(tally: Pick<Tally, 'equityCurve'>): string {
  const values = pointsOf(tally.equityCurve)
    .slice(-SPARK_CELLS)
    .map(({ value }) => value)
  const low = Math.min(...values)
  const span = Math.max(...values) - low
  return values
    .map((value) => SPARKS[span > 0 ? Math.floor(((value - low) / span) * (SPARKS.length - 1)) : 0] ?? '')
    .join('')
}
