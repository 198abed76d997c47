import { divideFloor, subtract, ZERO_QUANTITY } from '../../domain/decimal.ts'
import type { Money, Price, Quantity } from '../../domain/decimal.ts'
import { CdbError } from '../../domain/errors.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Clock } from '../../engine/clock.ts'
import { RECV_WINDOW_MS } from '../../engine/venue-gateway.ts'
import type { Placement, VenueGateway, VenueOrder } from '../../engine/venue-gateway.ts'
import { end, ledgerOf, leftOf, matchableOf, refusalOf, trade } from './venue-account.ts'
import type { BookedOrder, OrderTerms, VenueAccount, VenueLedger } from './venue-account.ts'

/** What goes wrong with one POST, or how its order is filled. All left out: answered and filled at once. */
export type PlacementFaults = Readonly<{
  /** The request arrives this much later; its answer still comes. */
  arrivalMs?: number
  /** The request never arrives. */
  isLost?: boolean
  /** The order is taken or refused, but no answer comes. */
  isUnanswered?: boolean
  /** The venue refuses it. */
  isRefused?: boolean
  /** The answer comes this much after the order was taken: fills may be heard of before. */
  answerMs?: number
  /** For this long no query shows the order or its trades. */
  hiddenMs?: number
  /** A market order is filled in this many parts; the last may be left to expire. */
  parts?: number
  isPartLeft?: boolean
}>

/** What goes wrong at the venue, call by call; seeded by the caller. */
export type VenueFaults = Readonly<{
  place?: (clientOrderId: string) => PlacementFaults
  /** True: the query gets no answer. */
  query?: (method: string) => boolean
  /** True: what the order matches is filled before the cancel takes effect. */
  cancelRace?: (clientOrderId: string) => boolean
  /** True: a piece of news is told once more a second later. */
  isToldTwice?: () => boolean
  /** Time of each leg of a request, and of a market order's fill. */
  latencyMs?: () => number
  /** The venue's clock less the true one. */
  skewMs?: () => number
  uncertaintyMs?: () => number
}>

export type SimulatedVenueOptions = Readonly<{
  clock: Clock
  instrument: Instrument
  account: string
  cash: Money
  price: () => Price
  faults?: VenueFaults
}>

/** A venue in memory, and a gateway to it. */
export type SimulatedGateway = VenueGateway &
  Readonly<{
    /** Another process's gateway to the same account. */
    connect(): VenueGateway
    /** The price has moved: resting orders are matched. */
    onPrice(): void
    /** What others do with the account by hand. */
    placeByHand(terms: OrderTerms): void
    cancelByHand(clientOrderId: string): void
    deposit(amount: Money): void
    /** Called when a POST has arrived, before anything else. */
    onPost(listener: (clientOrderId: string) => void): void
    ledger(): VenueLedger
  }>

const HTTP_TIMEOUT_MS = 10_000
/** How far ahead of the venue's clock a request may be signed. */
const AHEAD_MS_MAX = 1_000
const PAGE = 1_000

type Venue = {
  readonly options: SimulatedVenueOptions
  readonly account: VenueAccount
  readonly posts: Map<string, number>
  /** Venue time from which an order shows. */
  readonly visibleMs: Map<string, number>
  readonly listeners: ((clientOrderId: string) => void)[]
  newsCount: number
  waiting: (() => void)[]
}

export function createSimulatedGateway(options: SimulatedVenueOptions): SimulatedGateway {
  const { instrument, cash } = options
  const venue: Venue = {
    options,
    account: { instrument, orders: [], trades: [], cash, position: ZERO_QUANTITY },
    posts: new Map(),
    visibleMs: new Map(),
    listeners: [],
    newsCount: 0,
    waiting: [],
  }
  return {
    ...connect(venue),
    connect: () => connect(venue),
    onPrice() {
      for (const order of [...venue.account.orders]) match(venue, order)
    },
    placeByHand(terms) {
      match(venue, take(venue, terms))
      tellNews(venue)
    },
    cancelByHand(clientOrderId) {
      const order = findOrder(venue, clientOrderId)
      if (order !== undefined) end(order, 'canceled', venueNowMs(venue))
      tellNews(venue)
    },
    deposit(amount) {
      venue.account.cash = (venue.account.cash + amount) as Money
    },
    onPost: (listener) => venue.listeners.push(listener),
    ledger: () => ledgerOf(venue.account, venue.posts),
  }
}

const venueNowMs = ({ options }: Venue): number => options.clock.nowMs() + (options.faults?.skewMs?.() ?? 0)

/** No time at all is no wait. */
const pass = ({ options }: Venue, ms = 0): Promise<void> =>
  ms === 0 ? Promise.resolve() : options.clock.sleep(ms)

const leg = (venue: Venue): Promise<void> => pass(venue, venue.options.faults?.latencyMs?.())

/** The newest order with the id: a venue takes one again once the one before has ended. */
const findOrder = ({ account }: Venue, clientOrderId: string): BookedOrder | undefined =>
  account.orders.findLast(({ terms }) => terms.clientOrderId === clientOrderId)

function connect(venue: Venue): VenueGateway {
  const { account, options } = venue
  let heardCount = 0
  const ask = async <T>(method: string, answer: () => T): Promise<T> => {
    await leg(venue)
    if (options.faults?.query?.(method) === true) {
      throw new CdbError('CDB_VENUE_UNREACHABLE', `the venue did not answer to ${method}`)
    }
    return answer()
  }
  const isVisible = (clientOrderId: string): boolean =>
    venueNowMs(venue) >= (venue.visibleMs.get(clientOrderId) ?? -Infinity)
  return {
    place: (order, submitMs) => place(venue, order, submitMs),
    cancel: (_instrument, clientOrderId) =>
      ask('cancel', () => {
        cancel(venue, clientOrderId)
      }),
    order: (_instrument, clientOrderId) =>
      ask('order', () => {
        const order = findOrder(venue, clientOrderId)
        return order === undefined || !isVisible(clientOrderId) ? null : shown(venue, order)
      }),
    openOrders: () =>
      ask('openOrders', () =>
        account.orders
          .filter(({ state, terms }) => state === 'open' && isVisible(terms.clientOrderId))
          .map((order) => shown(venue, order)),
      ),
    trades: (_instrument, afterTradeId) =>
      ask('trades', () =>
        account.trades
          .slice(afterTradeId === '' ? 0 : Number(afterTradeId))
          .filter(({ clientOrderId }) => isVisible(clientOrderId))
          .slice(0, PAGE),
      ),
    balances: () =>
      ask('balances', () => [
        { asset: account.instrument.base, total: account.position },
        { asset: account.instrument.quote, total: account.cash },
      ]),
    clockOffset: () =>
      ask('clockOffset', () => ({
        offsetMs: options.faults?.skewMs?.() ?? 0,
        uncertaintyMs: options.faults?.uncertaintyMs?.() ?? 0,
      })),
    async waitForNews(timeoutMs, signal) {
      if (heardCount === venue.newsCount) await newsOrTime(venue, timeoutMs, signal)
      heardCount = venue.newsCount
    },
  }
}

const shown = (
  { account }: Venue,
  { terms, venueOrderId, state, filled, updatedMs }: BookedOrder,
): VenueOrder => ({
  ...{ clientOrderId: terms.clientOrderId, venueOrderId, instrument: account.instrument.id },
  ...{ state, filled, updatedMs },
})

async function newsOrTime(venue: Venue, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const enough = new AbortController()
  const told = new Promise<void>((resolve) => venue.waiting.push(resolve))
  const over = venue.options.clock.sleep(timeoutMs, AbortSignal.any([signal, enough.signal]))
  await Promise.race([told, over])
  enough.abort()
}

function tellNews(venue: Venue): void {
  const { clock, faults } = venue.options
  const tell = (): void => {
    venue.newsCount += 1
    for (const resolve of venue.waiting.splice(0)) resolve()
  }
  tell()
  if (faults?.isToldTwice?.() === true) void clock.sleep(1_000).then(tell)
}

async function place(venue: Venue, order: OrderTerms, submitMs: number): Promise<Placement> {
  const { clock, faults } = venue.options
  const { clientOrderId } = order
  const fault = faults?.place?.(clientOrderId) ?? {}
  await leg(venue)
  if (fault.isLost === true) {
    await clock.sleep(HTTP_TIMEOUT_MS)
    return { kind: 'unknown', reason: 'no answer' }
  }
  // What arrives after the time limit of the request is taken all the same.
  const arrivalMs = fault.arrivalMs ?? 0
  const arrival = pass(venue, arrivalMs).then(() => arrive(venue, order, { submitMs, fault }))
  if (fault.isUnanswered === true || arrivalMs > HTTP_TIMEOUT_MS) {
    await clock.sleep(HTTP_TIMEOUT_MS)
    return { kind: 'unknown', reason: 'no answer' }
  }
  const placement = await arrival
  await pass(venue, fault.answerMs)
  await leg(venue)
  return placement
}

function arrive(
  venue: Venue,
  terms: OrderTerms,
  { submitMs, fault }: Readonly<{ submitMs: number; fault: PlacementFaults }>,
): Placement {
  const { clientOrderId } = terms
  const nowMs = venueNowMs(venue)
  for (const listener of venue.listeners) listener(clientOrderId)
  venue.posts.set(clientOrderId, (venue.posts.get(clientOrderId) ?? 0) + 1)
  const refused = (reason: string): Placement => ({ kind: 'rejected', reason, eventMs: nowMs })
  if (fault.isRefused === true) return refused('-2010 refused')
  if (nowMs - submitMs > RECV_WINDOW_MS || submitMs - nowMs > AHEAD_MS_MAX) {
    return refused('-1021 timestamp outside of the recvWindow')
  }
  if (findOrder(venue, clientOrderId)?.state === 'open')
    return { kind: 'unknown', reason: '-2010 duplicate order' }
  const refusal = refusalOf(venue.account, terms, venue.options.price())
  if (refusal !== null) return refused(refusal)
  const order = take(venue, terms)
  venue.visibleMs.set(clientOrderId, nowMs + (fault.hiddenMs ?? 0))
  void settle(venue, order, fault)
  tellNews(venue)
  return { kind: 'accepted', venueOrderId: order.venueOrderId, eventMs: nowMs }
}

function take(venue: Venue, terms: OrderTerms): BookedOrder {
  const { orders } = venue.account
  const order: BookedOrder = {
    ...{ terms, venueOrderId: `v${orders.length + 1}`, state: 'open', filled: ZERO_QUANTITY },
    ...{ updatedMs: venueNowMs(venue), isTriggered: false },
  }
  orders.push(order)
  return order
}

/** What is not to rest is filled in its parts, each a leg after the other, and the rest of it expires. */
async function settle(venue: Venue, order: BookedOrder, fault: PlacementFaults): Promise<void> {
  const { terms } = order
  const isBrief = (terms.type === 'market' || terms.timeInForce !== 'gtc') && terms.stopPrice === null
  if (!isBrief) {
    match(venue, order)
    return
  }
  const parts = fault.parts ?? 1
  for (let part = 0; part < parts; part++) {
    await leg(venue)
    if (fault.isPartLeft === true && part === parts - 1) break
    match(venue, order, parts - part)
  }
  end(order, 'expired', venueNowMs(venue))
  tellNews(venue)
}

/** Trades what the price allows: all of it, or one of so many parts. */
function match(venue: Venue, order: BookedOrder, parts = 1): void {
  const { account, options } = venue
  const at = options.price()
  const whole = matchableOf(account, order, at)
  if (whole === 0n) return
  if (order.terms.timeInForce === 'fok' && order.filled === 0n && whole < leftOf(order)) return
  const { lotSize } = account.instrument
  const share = (divideFloor(whole, lotSize * BigInt(parts)) * lotSize) as Quantity
  const quantity = parts === 1 || share === 0n ? whole : share
  trade(account, order, { at: order.terms.price ?? at, quantity, eventMs: venueNowMs(venue) })
  if (order.state === 'open' && order.terms.reduceOnly && matchableOf(account, order, at) === 0n) {
    // Nothing is left that it could reduce.
    end(order, 'canceled', venueNowMs(venue))
  }
  tellNews(venue)
}

function cancel(venue: Venue, clientOrderId: string): void {
  const order = findOrder(venue, clientOrderId)
  if (order === undefined) return
  if (venue.options.faults?.cancelRace?.(clientOrderId) === true && order.state === 'open')
    fillRest(venue, order)
  end(order, 'canceled', venueNowMs(venue))
  tellNews(venue)
}

/** Somebody took all of it just before the cancel arrived. */
function fillRest(venue: Venue, order: BookedOrder): void {
  const { account, options } = venue
  const { price, reduceOnly } = order.terms
  const quantity = leftOf(order)
  const isAffordable = reduceOnly ? matchableOf(account, order, price ?? options.price()) === quantity : true
  if (!isAffordable || subtract(quantity, ZERO_QUANTITY) === 0n) return
  trade(account, order, { at: price ?? options.price(), quantity, eventMs: venueNowMs(venue) })
}
