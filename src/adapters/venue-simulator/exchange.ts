import {
  absolute,
  add,
  formatDecimal,
  larger,
  notional,
  priceOfNumber,
  roundDown,
  subtract,
} from '../../domain/decimal.ts'
import { ZERO_MONEY, ZERO_QUANTITY } from '../../domain/decimal.ts'
import type { Money, Price, Quantity } from '../../domain/decimal.ts'
import type { ExecutionReport, Fill } from '../../domain/execution-report.ts'
import { checkFilters } from '../../domain/instrument.ts'
import type { FilterBreach, Instrument } from '../../domain/instrument.ts'
import type { MarketEvent } from '../../domain/market.ts'
import type { ParamValues } from '../../domain/param.ts'
import { tradeIdBase } from './live-tape.ts'
import { createMatching } from './matching.ts'
import type { Matching } from './matching.ts'
import type { StateFile, StateLine } from './state-file.ts'
import { isOpen, refusal } from './venue-order.ts'
import type { AccountTrade, OrderForm, OrderRecord, OrderStatus, Refusal } from './venue-order.ts'

export type ExchangeOptions = Readonly<{
  instrument: Instrument
  account: string
  cash: Money
  params: ParamValues
  seed: number
  startMs: number
  state: StateFile
  /** Told of every new order, trade and end. */
  onUpdate(record: OrderRecord, trade: AccountTrade | null): void
}>

export type AssetBalance = Readonly<{ asset: string; free: bigint; locked: bigint }>

/** How an order is treated: by the account or by hand, whole or in parts, seen at once or later. */
export type Treatment = Readonly<{ isExternal: boolean; hideMs: number; partsMs: number | null }>

/** The orders, trades and balances of the one account. */
export type Exchange = Readonly<{
  place(form: OrderForm, nowMs: number, treatment: Treatment): OrderRecord | Refusal
  /** Null when no order of that id is open. */
  cancel(clientOrderId: string, nowMs: number): OrderRecord | null
  /** The newest order of a client id. */
  order(clientOrderId: string): OrderRecord | null
  orderById(orderId: number): OrderRecord | null
  orders(): readonly OrderRecord[]
  open(): readonly OrderRecord[]
  trades(): readonly AccountTrade[]
  balances(): readonly AssetBalance[]
  onMarket(event: MarketEvent): void
  /** Puts orders of before a restart back into the book, once the market is known. */
  resume(nowMs: number): void
  /** Sends what was held back. */
  advance(nowMs: number): void
}>

type State = {
  readonly options: ExchangeOptions
  readonly matching: Matching
  readonly orders: Map<number, OrderRecord>
  readonly open: Set<OrderRecord>
  readonly newest: Map<string, OrderRecord>
  /** Orders by the id of their part in the book, and back. */
  readonly parts: Map<string, OrderRecord>
  readonly partOf: Map<number, string>
  readonly trades: AccountTrade[]
  orderId: number
  tradeId: number
  lastPrice: Price | null
}

export function createExchange(options: ExchangeOptions): Exchange {
  const state = restore(options)
  return {
    place: (form, nowMs, treatment) => place(state, form, nowMs, treatment),
    cancel(clientOrderId, nowMs) {
      const record = state.newest.get(clientOrderId)
      if (record === undefined || !isOpen(record)) return null
      record.heldBack = ZERO_QUANTITY
      const part = state.partOf.get(record.orderId)
      if (part !== undefined) take(state, state.matching.cancel(part, nowMs))
      if (isOpen(record)) end(state, record, 'CANCELED', nowMs)
      return record
    },
    order: (clientOrderId) => state.newest.get(clientOrderId) ?? null,
    orderById: (orderId) => state.orders.get(orderId) ?? null,
    orders: () => [...state.orders.values()],
    open: () => [...state.open],
    trades: () => state.trades,
    balances: () => balancesOf(state),
    onMarket(event) {
      if (event.kind === 'trade') state.lastPrice = priceOfNumber(event.price)
      if (event.kind === 'quote') state.lastPrice ??= priceOfNumber(event.askPrice)
      take(state, state.matching.onMarket(event))
    },
    resume(nowMs) {
      for (const record of [...state.open]) sendPart(state, record, leavesOf(record), nowMs)
    },
    advance(nowMs) {
      for (const record of [...state.open]) {
        if (record.heldBack === 0n || record.heldUntilMs > nowMs || state.partOf.has(record.orderId)) continue
        const quantity = record.heldBack
        record.heldBack = ZERO_QUANTITY
        sendPart(state, record, quantity, nowMs)
      }
    },
  }
}

const leavesOf = (record: OrderRecord): Quantity => subtract(record.form.quantity, record.filled)

function restore(options: ExchangeOptions): State {
  const { instrument, account, cash, params, seed, startMs } = options
  const trades: AccountTrade[] = []
  const orders = new Map<number, OrderRecord>()
  for (const line of options.state.lines) applyLine(line, orders, trades)
  const newest = new Map([...orders.values()].map((record) => [record.form.clientOrderId, record]))
  return {
    options,
    matching: createMatching({ instrument, account, cash, params, seed, trades }),
    ...{
      orders,
      open: new Set([...orders.values()].filter(isOpen)),
      newest,
      trades,
      parts: new Map(),
      partOf: new Map(),
      lastPrice: null,
    },
    orderId: Math.max(tradeIdBase(startMs), [...orders.keys()].at(-1) ?? 0),
    tradeId: Math.max(tradeIdBase(startMs), trades.at(-1)?.tradeId ?? 0),
  }
}

function applyLine(line: StateLine, orders: Map<number, OrderRecord>, trades: AccountTrade[]): void {
  if (line.kind === 'order') orders.set(line.orderId, newRecord(line))
  if (line.kind === 'trade') {
    trades.push(line.trade)
    const record = orders.get(line.trade.orderId)
    if (record !== undefined) addTrade(record, line.trade)
  }
  if (line.kind === 'end') {
    const record = orders.get(line.orderId)
    if (record === undefined) return
    record.status = line.status
    record.updatedMs = line.endedMs
  }
}

const newRecord = (
  facts: Pick<OrderRecord, 'orderId' | 'form' | 'placedMs' | 'isExternal'>,
): OrderRecord => ({
  ...{ orderId: facts.orderId, form: facts.form, placedMs: facts.placedMs, isExternal: facts.isExternal },
  ...{ status: 'NEW', filled: ZERO_QUANTITY, value: ZERO_MONEY, updatedMs: facts.placedMs },
  ...{ hiddenUntilMs: 0, heldBack: ZERO_QUANTITY, heldUntilMs: 0 },
})

function addTrade(record: OrderRecord, trade: AccountTrade): void {
  record.filled = add(record.filled, trade.quantity)
  record.value = add(record.value, notional(trade.price, trade.quantity))
  record.status = record.filled === record.form.quantity ? 'FILLED' : 'PARTIALLY_FILLED'
  record.updatedMs = trade.tradeMs
}

function place(state: State, form: OrderForm, nowMs: number, treatment: Treatment): OrderRecord | Refusal {
  const refused = refuse(state, form)
  if (refused !== null) return refused
  const { isExternal, hideMs, partsMs } = treatment
  const first = partsMs === null ? form.quantity : halfOf(state, form.quantity)
  const { id, reports } = state.matching.place(form, first, nowMs)
  const [answer, ...rest] = reports
  if (answer?.kind !== 'accepted') return refusal(...refusalOf(answer))
  const record = newRecord({ orderId: ++state.orderId, form, placedMs: nowMs, isExternal })
  record.hiddenUntilMs = hideMs === 0 ? 0 : nowMs + hideMs
  record.heldBack = subtract(form.quantity, first)
  record.heldUntilMs = nowMs + (partsMs ?? 0)
  state.orders.set(record.orderId, record)
  state.open.add(record)
  state.newest.set(form.clientOrderId, record)
  state.parts.set(id, record)
  state.partOf.set(record.orderId, id)
  state.options.state.append({ kind: 'order', orderId: record.orderId, form, placedMs: nowMs, isExternal })
  state.options.onUpdate(record, null)
  take(state, rest)
  return record
}

/** Half of a quantity, in whole lots; all of it where it has no half. */
function halfOf({ options }: State, quantity: Quantity): Quantity {
  const half = roundDown((quantity / 2n) as Quantity, options.instrument.lotSize)
  return half === 0n ? quantity : half
}

function sendPart(state: State, record: OrderRecord, quantity: Quantity, nowMs: number): void {
  // What has rested once goes on resting, wherever the market is by now.
  const { id, reports } = state.matching.place({ ...record.form, postOnly: false }, quantity, nowMs)
  const [answer, ...rest] = reports
  if (answer?.kind !== 'accepted') {
    end(state, record, 'EXPIRED', nowMs)
    return
  }
  state.parts.set(id, record)
  state.partOf.set(record.orderId, id)
  take(state, rest)
}

const FILTERS: Readonly<Record<string, string>> = {
  priceMin: 'PRICE_FILTER',
  tickSize: 'PRICE_FILTER',
  lotSize: 'LOT_SIZE',
  quantityMin: 'LOT_SIZE',
  quantityMax: 'LOT_SIZE',
  notionalMin: 'NOTIONAL',
}

const filterMessage = ({ filter }: FilterBreach): string => `Filter failure: ${FILTERS[filter] ?? filter}`

function refuse(state: State, form: OrderForm): Refusal | null {
  const { instrument } = state.options
  const newest = state.newest.get(form.clientOrderId)
  if (newest !== undefined && isOpen(newest)) return refusal(-2010, 'Duplicate order sent.')
  if (state.open.size >= instrument.openOrdersMax) return refusal(-1013, 'Filter failure: MAX_NUM_ORDERS')
  const prices = [form.price, form.stopPrice].filter((limit) => limit !== null)
  const reference = state.lastPrice ?? instrument.tickSize
  const breach = checkFilters(instrument, { quantity: form.quantity, prices, reference })
  return breach === null ? null : refusal(-1013, filterMessage(breach))
}

function refusalOf(answer: ExecutionReport | undefined): readonly [number, string] {
  const reason = answer?.kind === 'rejected' ? answer.reason : 'Unknown order sent.'
  if (reason.startsWith('insufficient balance')) {
    return [-2010, 'Account has insufficient balance for requested action.']
  }
  if (reason.startsWith('postOnly')) return [-2010, 'Order would immediately match and take.']
  return [-1013, reason]
}

/** Books what the paper venue reports of the parts. */
function take(state: State, reports: readonly ExecutionReport[]): void {
  for (const report of reports) {
    const record = state.parts.get(report.clientOrderId)
    if (record === undefined) continue
    if (report.kind === 'filled') bookTrade(state, record, report)
    if (report.kind === 'canceled' || report.kind === 'expired') {
      closePart(state, record)
      end(state, record, report.kind === 'canceled' ? 'CANCELED' : 'EXPIRED', report.eventMs)
    }
  }
}

function bookTrade(state: State, record: OrderRecord, fill: Fill): void {
  const trade: AccountTrade = {
    tradeId: ++state.tradeId,
    orderId: record.orderId,
    clientOrderId: record.form.clientOrderId,
    ...{
      side: fill.side,
      price: fill.price,
      quantity: fill.quantity,
      fee: fill.fee,
      feeAsset: fill.feeAsset,
    },
    isMaker: fill.liquidity === 'maker',
    tradeMs: fill.eventMs,
  }
  addTrade(record, trade)
  state.trades.push(trade)
  state.options.state.append({ kind: 'trade', trade })
  if (fill.leaves === 0n) closePart(state, record)
  if (!isOpen(record)) state.open.delete(record)
  state.options.onUpdate(record, trade)
}

function closePart(state: State, record: OrderRecord): void {
  const part = state.partOf.get(record.orderId)
  if (part === undefined) return
  state.parts.delete(part)
  state.partOf.delete(record.orderId)
}

function end(state: State, record: OrderRecord, status: OrderStatus, endedMs: number): void {
  record.status = status
  record.updatedMs = endedMs
  record.heldBack = ZERO_QUANTITY
  state.open.delete(record)
  state.options.state.append({ kind: 'end', orderId: record.orderId, status, endedMs })
  state.options.onUpdate(record, null)
}

function balancesOf(state: State): readonly AssetBalance[] {
  const { cash, position } = state.matching.totals()
  const { base, quote } = state.options.instrument
  let lockedCash = ZERO_MONEY
  let lockedBase = ZERO_QUANTITY
  for (const record of state.open) {
    const at = record.form.price ?? record.form.stopPrice
    if (record.form.side === 'sell') lockedBase = larger(lockedBase, leavesOf(record))
    else if (at !== null) lockedCash = add(lockedCash, notional(at, leavesOf(record)))
  }
  return [split(quote, cash, lockedCash), split(base, position, lockedBase)]
}

function split(asset: string, total: bigint, wanted: bigint): AssetBalance {
  const locked = wanted < total ? wanted : absolute(total)
  return { asset, free: total - locked, locked }
}

/** What an account has of each asset, for the ledger. */
export const totalsOf = (exchange: Exchange): Readonly<Record<string, string>> =>
  Object.fromEntries(
    exchange.balances().map(({ asset, free, locked }) => [asset, formatDecimal(free + locked)]),
  )
