import { CdbError } from '../domain/errors.ts'
import type { InstrumentId } from '../domain/instrument.ts'
import type { Gap, MarketEvent } from '../domain/market.ts'
import { createBackoff } from '../engine/backoff.ts'
import { createBell } from '../engine/bell.ts'
import type { Bell } from '../engine/bell.ts'
import { runJointly } from '../engine/joint-work.ts'
import { runLed } from '../engine/leadership.ts'
import type { Leadership } from '../engine/leadership.ts'
import { createMarketQueue } from '../engine/market-queue.ts'
import type { MarketQueue, QueuedEvent } from '../engine/market-queue.ts'
import { isSound } from '../engine/market-soundness.ts'
import type { MarketFeed, MarketPublisher } from '../engine/market-stream.ts'
import { takeOverMarket } from '../engine/market-takeover.ts'
import { isOperatingError } from '../engine/operating-error.ts'
import type { ServiceBase } from '../engine/service.ts'
import type { Telemetry } from '../engine/telemetry.ts'
import { fetchTrades } from '../engine/trade-backfill.ts'
import { createTradeOrder, isNumbered } from '../engine/trade-order.ts'
import type { NumberedTrade, TradeOrder } from '../engine/trade-order.ts'

export type WsOptions = ServiceBase &
  Readonly<{ feed: MarketFeed; publisher: MarketPublisher; instrument: InstrumentId }>

const BATCH_MAX = 1_024
/** What a standby keeps for the moment when it takes over, and a leader while Redis is away. */
const QUEUE_MAX = 50_000
const KEPT_MS = 60_000
/** Batches follow each other this closely at most, unless there is a full one. */
const FLUSH_MS = 1
const FLUSH_SIZE = 256
const HEARTBEAT_MS = 1_000
/** The same gap may be come upon by the connection, by the ids and by the takeover. */
const GAP_REPEAT_MS = 1_000
const RECONNECT = { msMin: 250, msMax: 10_000 }
const REPUBLISH = { msMin: 100, msMax: 2_000 }

type WsState = {
  readonly options: WsOptions
  readonly queue: MarketQueue
  /** Rung when there is something in the queue. */
  readonly bell: Bell
  /** Of all trades that went into the queue. */
  readonly order: TradeOrder
  isLeading: boolean
  isConnected: boolean
  /** Event time of the newest event, heartbeats included, and when it came by the monotonic clock. */
  lastMs: number
  lastAtMs: number
  /** Time of the last gap, while no data has followed it. */
  gapToldMs: number
  /** When the venue last said something, by the monotonic clock. */
  heardMs: number
  /** Number of the next event to publish. */
  nextSeq: number
}

/**
 * The market data service of one instrument. Each replica hears the venue; the leader publishes, each trade
 * once and in order, and the others keep the last minute, so that whoever takes over goes on at the very
 * next trade. Trades that are missing are asked for, and where they cannot be had there is a gap. Throws
 * CDB_FENCED when another publishes, CDB_REDIS_REFUSED and what the lease store throws.
 */
export async function runWs(options: WsOptions): Promise<void> {
  const state: WsState = {
    options,
    queue: createMarketQueue(QUEUE_MAX),
    bell: createBell(),
    order: createTradeOrder(),
    isLeading: false,
    isConnected: false,
    lastMs: 0,
    lastAtMs: 0,
    gapToldMs: -Infinity,
    heardMs: 0,
    nextSeq: 0,
  }
  await runLed(options, 'ws', (leadership, signal) =>
    runJointly(signal, [
      (stop) => hear(state, stop),
      (stop) => beat(state, stop),
      (stop) => publish(state, leadership, stop),
    ]),
  )
}

/** Keeps the connection to the venue. */
async function hear(state: WsState, signal: AbortSignal): Promise<void> {
  const { feed, clock, telemetry, owner } = state.options
  const backoff = createBackoff(owner, RECONNECT)
  const isStopped = (): boolean => signal.aborted
  while (!isStopped()) {
    try {
      telemetry.count('feed_connections_total')
      for await (const events of feed.open(signal)) {
        if (!state.isConnected) await rejoin(state, events)
        await receive(state, events)
        backoff.reset()
      }
      throw new CdbError('CDB_FEED_LOST', 'the market data connection ended')
    } catch (error) {
      if (!isOperatingError(error, ['CDB_FEED_LOST', 'CDB_VENUE_UNREACHABLE'])) throw error
      if (isStopped()) return
      state.isConnected = false
      const waitMs = backoff.nextMs()
      telemetry.ready('market data', error.message)
      telemetry.log('warn', 'no market data', { reason: error.message, waitMs })
      await clock.sleep(waitMs, signal)
    }
  }
}

/** What came while there was no connection is asked for; without trade ids it cannot be. */
async function rejoin(state: WsState, events: readonly MarketEvent[]): Promise<void> {
  state.isConnected = true
  state.options.telemetry.ready('market data', '')
  const [first] = events
  if (first === undefined || state.lastMs === 0) return
  const last = state.order.last()
  const isFilled = last !== null && (await fill(state, last, null))
  if (!isFilled) put(state, gapBefore(state, first.eventMs))
}

async function receive(state: WsState, events: readonly MarketEvent[]): Promise<void> {
  const { clock, telemetry } = state.options
  const nowMs = clock.nowMs()
  state.heardMs = clock.monotonicMs()
  telemetry.count('market_events_total', events.length)
  for (const event of events) {
    if (!isSound(event, nowMs)) {
      telemetry.log('warn', 'an event of the venue cannot be read as numbers', { kind: event.kind })
    } else if (isNumbered(event)) {
      const closing = place(state, event)
      if (closing !== null) await closing
    } else put(state, event)
  }
}

/** Puts a trade in its place; null, or what must be awaited where trades before it are missing. */
function place(state: WsState, trade: NumberedTrade): Promise<void> | null {
  const { order } = state
  switch (order.placeOf(trade)) {
    case 'seen':
      return null
    case 'restarted':
      put(state, gapBefore(state, trade.eventMs))
      break
    case 'hole':
      return fillHole(state, trade)
    case 'next':
      break
  }
  order.take(trade)
  put(state, trade)
  return null
}

async function fillHole(state: WsState, trade: NumberedTrade): Promise<void> {
  const last = state.order.last()
  const isFilled = last === null || (await fill(state, last, trade.tradeId))
  // Its place is taken when the venue's answer went as far as this trade.
  if (state.order.placeOf(trade) === 'seen') return
  if (!isFilled) put(state, gapBefore(state, trade.eventMs))
  state.order.take(trade)
  put(state, trade)
}

/** Puts the trades after `last` (and before an id) in the queue; false when some cannot be had. */
async function fill(state: WsState, last: NumberedTrade, beforeId: number | null): Promise<boolean> {
  const { trades, isComplete } = await fetchTrades(state.options.feed, last.tradeId, beforeId)
  const { order, options } = state
  for (const trade of trades) {
    if (!isSound(trade, options.clock.nowMs()) || order.placeOf(trade) === 'seen') continue
    order.take(trade)
    put(state, trade)
  }
  options.telemetry.log('info', 'missing trades were asked for', {
    afterTradeId: last.tradeId,
    trades: trades.length,
    isComplete,
  })
  return isComplete
}

function put(state: WsState, event: MarketEvent): void {
  const { queue, options, bell } = state
  if (event.kind === 'gap') {
    if (event.eventMs <= state.gapToldMs + GAP_REPEAT_MS) return
    state.gapToldMs = event.eventMs
  } else if (event.kind !== 'heartbeat') state.gapToldMs = -Infinity
  state.lastAtMs = options.clock.monotonicMs()
  if (event.eventMs > state.lastMs) state.lastMs = event.eventMs
  queue.put(event, options.clock.nowMs())
  bell.ring()
}

const gapBefore = ({ lastMs }: WsState, eventMs: number): Gap => ({
  kind: 'gap',
  eventMs: Math.max(eventMs, lastMs),
  gapMs: Math.max(0, eventMs - lastMs),
})

/** Says that time passes while the venue is there and has nothing to say. */
async function beat(state: WsState, signal: AbortSignal): Promise<void> {
  const { clock, telemetry } = state.options
  while (!signal.aborted) {
    await clock.sleep(HEARTBEAT_MS, signal)
    const nowMs = clock.monotonicMs()
    telemetry.set('market_age_seconds', (nowMs - state.heardMs) / 1_000)
    if (!state.isLeading) state.queue.forget(clock.nowMs() - KEPT_MS)
    const quietMs = Math.floor(nowMs - state.lastAtMs)
    if (!state.isConnected || state.lastMs === 0 || quietMs < HEARTBEAT_MS) continue
    // The venue's time goes on from its last word, whatever our clock says.
    put(state, { kind: 'heartbeat', eventMs: state.lastMs + quietMs })
  }
}

type Turn = Readonly<{ state: WsState; leadership: Leadership; epoch: number; signal: AbortSignal }>

async function publish(state: WsState, leadership: Leadership, signal: AbortSignal): Promise<void> {
  const lease = await leadership.gained()
  if (lease === null) return
  const { queue, bell, options } = state
  const turn: Turn = { state, leadership, epoch: lease.epoch, signal }
  await takeOver(turn)
  let flushedMs = -Infinity
  while (!signal.aborted) {
    if (queue.size() === 0) {
      await bell.wait(signal)
      continue
    }
    const restMs = flushedMs + FLUSH_MS - options.clock.monotonicMs()
    if (restMs > 0 && queue.size() < FLUSH_SIZE) await options.clock.sleep(restMs, signal)
    flushedMs = options.clock.monotonicMs()
    await send(turn, queue.take(BATCH_MAX))
  }
}

/** Goes on after the newest batch of the stream, with what was kept. */
async function takeOver(turn: Turn): Promise<void> {
  const { state } = turn
  const { queue, order, options } = state
  const newest = await whileRedisIsAway(turn, () => options.publisher.last())
  if (newest === undefined) return
  state.isLeading = true
  const kept = queue.drain()
  if (newest === null) {
    // There is nothing that it would have to follow on from.
    for (const { event, receivedMs } of kept.slice(-1)) queue.put(event, receivedMs)
    return
  }
  state.nextSeq = newest.firstSeq + newest.events.length
  const { events, missing, last } = takeOverMarket(kept, newest)
  if (last !== null && last.tradeId > (order.last()?.tradeId ?? -1)) order.take(last)
  const between =
    missing === 'nothing' ? NO_EVENTS : await fetchBetween(state, missing === 'trades' ? last : null, events)
  const rest = [...events, ...queue.drain()].map(({ event }) => event)
  const firstId = rest.find(isNumbered)?.tradeId ?? Infinity
  for (const event of between) if (!isNumbered(event) || event.tradeId < firstId) put(state, event)
  for (const event of rest) queue.put(event, options.clock.nowMs())
  state.bell.ring()
  options.telemetry.log('info', 'market data goes on', { seq: state.nextSeq, missing, events: queue.size() })
}

const NO_EVENTS: readonly MarketEvent[] = []

/** The trades between the last that was published and what was kept; a gap where they cannot be had. */
async function fetchBetween(
  state: WsState,
  last: NumberedTrade | null,
  kept: readonly QueuedEvent[],
): Promise<readonly MarketEvent[]> {
  const { options, order } = state
  const nowMs = kept[0]?.event.eventMs ?? options.clock.nowMs()
  if (last === null) return [gapBefore(state, nowMs)]
  const beforeId = kept.map(({ event }) => event).find(isNumbered)?.tradeId ?? null
  const { trades, isComplete } = await fetchTrades(options.feed, last.tradeId, beforeId)
  const sound = trades.filter((trade) => isSound(trade, options.clock.nowMs()))
  const newest = sound.at(-1)
  if (newest !== undefined && newest.tradeId > (order.last()?.tradeId ?? -1)) order.take(newest)
  if (isComplete) return sound
  const gapMs = Math.max(0, nowMs - (newest ?? last).eventMs)
  return [...sound, { kind: 'gap', eventMs: nowMs, gapMs }]
}

/**
 * Publishes a batch, as often as it takes while Redis is away: meanwhile the queue fills, and what it
 * cannot hold becomes a gap. The stream does not take the same numbers twice, so an answer that was lost
 * does no harm.
 */
async function send({ state, ...turn }: Turn, events: readonly MarketEvent[]): Promise<void> {
  const { publisher, clock, telemetry } = state.options
  const batch = { epoch: turn.epoch, firstSeq: state.nextSeq, sentMs: clock.nowMs(), events }
  await whileRedisIsAway({ state, ...turn }, async () => {
    const startMs = clock.monotonicMs()
    await publisher.publish(batch)
    telemetry.observe('market_publish_seconds', clock.monotonicMs() - startMs)
  })
  state.nextSeq += events.length
  for (const event of events) if (event.kind === 'gap') tellGap(telemetry, event)
}

function tellGap(telemetry: Telemetry, { gapMs }: Gap): void {
  telemetry.count('market_gaps_total')
  telemetry.log('warn', 'market data is missing', { gapMs })
}

/** Undefined when told to stop before Redis was there. */
async function whileRedisIsAway<T>(turn: Turn, call: () => Promise<T>): Promise<T | undefined> {
  const { state, leadership, signal } = turn
  const { clock, telemetry, owner } = state.options
  const backoff = createBackoff(owner, REPUBLISH)
  for (;;) {
    if (leadership.current() === null) {
      throw new CdbError('CDB_FENCED', 'the lease of ws could not be renewed in time')
    }
    try {
      const result = await call()
      telemetry.ready('market stream', '')
      return result
    } catch (error) {
      if (!isOperatingError(error, ['CDB_REDIS_UNREACHABLE', 'CDB_REDIS_FULL'])) throw error
      telemetry.ready('market stream', error.message)
      telemetry.log('warn', 'market data is not published', { reason: error.message })
    }
    if (signal.aborted) return undefined
    await clock.sleep(backoff.nextMs(), signal)
  }
}
