import {
  add,
  money,
  notional,
  ratio,
  roundDown,
  shareFloor,
  smaller,
  subtract,
  ZERO_QUANTITY,
} from '../../src/domain/decimal.ts'
import type { Money, Price, Quantity } from '../../src/domain/decimal.ts'
import type { Instrument } from '../../src/domain/instrument.ts'
import type { OrderRequest } from '../../src/domain/order.ts'
import type { Clock } from '../../src/engine/clock.ts'
import { RECV_WINDOW_MS } from '../../src/engine/venue-gateway.ts'
import type { Placement, VenueGateway, VenueOrder, VenueTrade } from '../../src/engine/venue-gateway.ts'

/** What the venue does to one order. */
export const orderFates = [
  'plain',
  'refused',
  'dropped',
  'replyLost',
  'acceptedLate',
  'hidden',
  'partFilled',
  'filledBeforeReply',
] as const
export type OrderFate = (typeof orderFates)[number]

export type PlacedOrder = {
  readonly order: OrderRequest
  readonly venueOrderId: string
  readonly fate: OrderFate
  state: VenueOrder['state']
  filled: Quantity
  updatedMs: number
  /** Queries do not show it, nor its trades, before. */
  visibleMs: number
}

export type VenueOptions = Readonly<{
  clock: Clock
  instrument: Instrument
  cash: Money
  fateOf: (order: OrderRequest) => OrderFate
  /** Called as each POST arrives at the door, whatever becomes of it. */
  onPost: (order: OrderRequest) => void
  at: (timeMs: number, action: () => void) => void
}>

/** An exchange with one account, which is right about itself and not always about what it says. */
export type Venue = Readonly<{
  gateway: VenueGateway
  onPrice(price: Price): void
  /** Somebody else rests an order on the account. */
  placeByHand(order: OrderRequest): void
  orders: ReadonlyMap<string, PlacedOrder>
  trades: readonly VenueTrade[]
  posts: ReadonlyMap<string, number>
  balances(): Readonly<{ base: Quantity; quote: Money }>
  openCount(): number
}>

type VenueState = {
  readonly options: VenueOptions
  readonly orders: Map<string, PlacedOrder>
  readonly trades: VenueTrade[]
  readonly posts: Map<string, number>
  readonly listeners: Set<() => void>
  price: Price
  base: Quantity
  quote: Money
}

const TAKER_FEE = ratio('0.001')
const REPLY_TIMEOUT_MS = 10_000
const HALF = ratio('0.5')
/** How long after its submission a packet may lie about before the venue takes it or nobody does. */
const LATE_MS = 12_000
const HIDDEN_MS = 13_000
const PART_MS = 700
const AHEAD_MS = 1_000
const PAGE = 1_000

export function createVenue(options: VenueOptions): Venue {
  const state: VenueState = {
    options,
    orders: new Map(),
    trades: [],
    posts: new Map(),
    listeners: new Set(),
    price: 0n as Price,
    base: ZERO_QUANTITY,
    quote: options.cash,
  }
  return {
    gateway: gatewayOf(state),
    onPrice(price) {
      state.price = price
      for (const placed of state.orders.values()) if (placed.state === 'open') match(state, placed)
    },
    placeByHand: (order) => void take(state, order, 'plain'),
    orders: state.orders,
    trades: state.trades,
    posts: state.posts,
    balances: () => ({ base: state.base, quote: state.quote }),
    openCount: () => [...state.orders.values()].filter(({ state: now }) => now === 'open').length,
  }
}

const gatewayOf = (state: VenueState): VenueGateway => ({
  place: (order, submitMs) => place(state, order, submitMs),
  cancel(_instrument, clientOrderId) {
    const placed = state.orders.get(clientOrderId)
    if (placed?.state === 'open') end(state, placed, 'canceled')
    return Promise.resolve()
  },
  order(_instrument, clientOrderId) {
    const placed = state.orders.get(clientOrderId)
    return Promise.resolve(placed === undefined || isHidden(state, placed) ? null : viewOf(state, placed))
  },
  openOrders: () =>
    Promise.resolve(
      [...state.orders.values()]
        .filter((placed) => placed.state === 'open' && !isHidden(state, placed))
        .map((placed) => viewOf(state, placed)),
    ),
  trades(_instrument, afterTradeId) {
    const after = afterTradeId === '' ? 0 : Number(afterTradeId)
    return Promise.resolve(
      state.trades
        .filter(({ tradeId, clientOrderId }) => {
          const placed = state.orders.get(clientOrderId)
          return Number(tradeId) > after && placed !== undefined && !isHidden(state, placed)
        })
        .slice(0, PAGE),
    )
  },
  balances: () =>
    Promise.resolve([
      { asset: state.options.instrument.base, total: state.base },
      { asset: state.options.instrument.quote, total: state.quote },
    ]),
  clockOffset: () => Promise.resolve({ offsetMs: 0, uncertaintyMs: 5 }),
  async waitForNews(timeoutMs, signal) {
    const heard = new AbortController()
    const listener = (): void => {
      heard.abort()
    }
    state.listeners.add(listener)
    await state.options.clock.sleep(timeoutMs, AbortSignal.any([signal, heard.signal]))
    state.listeners.delete(listener)
  },
})

const nowOf = ({ options }: VenueState): number => options.clock.nowMs()
const isHidden = (state: VenueState, placed: PlacedOrder): boolean => nowOf(state) < placed.visibleMs

function tellNews(state: VenueState): void {
  for (const listener of [...state.listeners]) listener()
}

async function place(state: VenueState, order: OrderRequest, submitMs: number): Promise<Placement> {
  const { clock, fateOf, onPost, at } = state.options
  onPost(order)
  state.posts.set(order.clientOrderId, (state.posts.get(order.clientOrderId) ?? 0) + 1)
  const fate = fateOf(order)
  if (fate === 'dropped') {
    await clock.sleep(REPLY_TIMEOUT_MS)
    return { kind: 'unknown', reason: 'no answer in time' }
  }
  const nowMs = nowOf(state)
  if (nowMs - submitMs > RECV_WINDOW_MS || submitMs - nowMs > AHEAD_MS) {
    return { kind: 'rejected', reason: '-1021 timestamp outside of recvWindow', eventMs: nowMs }
  }
  if (fate === 'refused') return { kind: 'rejected', reason: '-1013 filter failure', eventMs: nowMs }
  if (fate === 'acceptedLate') {
    at(nowMs + LATE_MS, () => void take(state, order, fate))
    await clock.sleep(REPLY_TIMEOUT_MS)
    return { kind: 'unknown', reason: '-1007 send status unknown' }
  }
  const placed = take(state, order, fate)
  if (placed === null) return { kind: 'rejected', reason: '-2010 insufficient balance', eventMs: nowMs }
  if (fate === 'replyLost' || fate === 'hidden') {
    await clock.sleep(fate === 'hidden' ? REPLY_TIMEOUT_MS : 50)
    return { kind: 'unknown', reason: 'connection reset' }
  }
  if (fate === 'filledBeforeReply') await clock.sleep(2_000)
  return { kind: 'accepted', venueOrderId: placed.venueOrderId, eventMs: nowMs }
}

/** Another order of the same id is taken once the first has ended, as venues do. Null: not enough is held. */
function take(state: VenueState, order: OrderRequest, fate: OrderFate): PlacedOrder | null {
  if (order.side === 'sell' && order.quantity > state.base) return null
  if (order.side === 'buy' && notional(state.price, order.quantity) > state.quote) return null
  const nowMs = nowOf(state)
  const placed: PlacedOrder = {
    order,
    venueOrderId: `v${state.orders.size + 1}`,
    fate,
    state: 'open',
    filled: ZERO_QUANTITY,
    updatedMs: nowMs,
    visibleMs: fate === 'hidden' ? nowMs + HIDDEN_MS : nowMs,
  }
  state.orders.set(order.clientOrderId, placed)
  if (order.type === 'market' && fate === 'partFilled') {
    fill(state, placed, roundDown(shareFloor(order.quantity, HALF), state.options.instrument.lotSize))
    state.options.at(nowMs + PART_MS, () => {
      if (placed.state === 'open') fill(state, placed, subtract(order.quantity, placed.filled))
    })
  } else match(state, placed)
  tellNews(state)
  return placed
}

function match(state: VenueState, placed: PlacedOrder): void {
  const { order } = placed
  const isAbove = state.price >= (order.stopPrice ?? order.price ?? state.price)
  const isBelow = state.price <= (order.stopPrice ?? order.price ?? state.price)
  const isSell = order.side === 'sell'
  const isStop = order.type === 'stop' || order.type === 'stopLimit'
  if (order.type === 'market') {
    if (placed.filled === 0n) fill(state, placed, order.quantity)
  } else if (isStop ? (isSell ? isBelow : isAbove) : isSell ? isAbove : isBelow) {
    fill(state, placed, subtract(order.quantity, placed.filled))
  } else if (order.timeInForce !== 'gtc') end(state, placed, 'expired')
}

/** What is not held cannot be sold: the rest of the order ends. */
function fill(state: VenueState, placed: PlacedOrder, wanted: Quantity): void {
  const { instrument } = state.options
  const { order } = placed
  const quantity = order.side === 'sell' ? smaller(wanted, roundDown(state.base, instrument.lotSize)) : wanted
  if (quantity > 0n) {
    const value = notional(state.price, quantity)
    const isBuy = order.side === 'buy'
    const fee = isBuy ? shareFloor(quantity, TAKER_FEE) : shareFloor(value, TAKER_FEE)
    state.base = isBuy ? subtract(add(state.base, quantity), fee as Quantity) : subtract(state.base, quantity)
    state.quote = isBuy ? subtract(state.quote, value) : subtract(add(state.quote, value), fee as Money)
    state.trades.push({
      tradeId: String(state.trades.length + 1),
      venueOrderId: placed.venueOrderId,
      clientOrderId: order.clientOrderId,
      instrument: instrument.id,
      side: order.side,
      price: state.price,
      quantity,
      fee,
      feeAsset: isBuy ? instrument.base : instrument.quote,
      liquidity: 'taker',
      eventMs: nowOf(state),
    })
    placed.filled = add(placed.filled, quantity)
  }
  if (placed.filled === order.quantity) end(state, placed, 'filled')
  else if (quantity < wanted) end(state, placed, 'expired')
  else tellNews(state)
}

function end(state: VenueState, placed: PlacedOrder, how: VenueOrder['state']): void {
  placed.state = how
  placed.updatedMs = nowOf(state)
  tellNews(state)
}

const viewOf = ({ options }: VenueState, placed: PlacedOrder): VenueOrder => ({
  clientOrderId: placed.order.clientOrderId,
  venueOrderId: placed.venueOrderId,
  instrument: options.instrument.id,
  state: placed.state,
  filled: placed.filled,
  updatedMs: placed.updatedMs,
})

export const VENUE_CASH = money('10000')
