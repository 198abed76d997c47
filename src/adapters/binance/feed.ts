import { CdbError } from '../../domain/errors.ts'
import { symbolOf } from '../../domain/instrument.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import type { MarketEvent, Trade } from '../../domain/market.ts'
import type { Clock } from '../../engine/clock.ts'
import type { MarketFeed } from '../../engine/market-stream.ts'
import { flagOf, integerOf, parseList, textOf } from './json.ts'
import type { Json } from './json.ts'
import { openLiveSocket } from './live-socket.ts'
import type { LiveSocket } from './live-socket.ts'
import { createRestClient } from './rest-client.ts'

export type BinanceFeedOptions = Readonly<{
  baseUrl: string
  streamUrl: string
  instrument: InstrumentId
  /** Events of one frame; none when it is of no use or cannot be read. */
  parse(text: string): readonly MarketEvent[]
  clock: Clock
  /** No market data for this long ends the feed. */
  silenceMs: number
  /** A new connection takes over after this long, before the venue ends the old one. */
  lifeMs?: number
}>

/** Binance ends a connection after 24 hours. */
const LIFE_MS = 23 * 3_600_000
/** Events that wait for a reader who is slow. */
const QUEUE_MAX = 100_000
const ROWS_MAX = 1_000
const HISTORY = '/api/v3/historicalTrades'

/** Trades and quotes of one instrument, as Binance streams them. */
export function createBinanceFeed(options: BinanceFeedOptions): MarketFeed {
  const { baseUrl, clock, instrument } = options
  const noKey = (): Promise<never> =>
    Promise.reject(new CdbError('CDB_VENUE_REFUSED', 'market data needs no key'))
  const rest = createRestClient({ baseUrl, clock, key: noKey })
  return {
    open: (signal) => follow(options, signal),
    async tradesAfter(tradeId, countMax) {
      const trades: Trade[] = []
      while (trades.length < countMax) {
        const limit = Math.min(ROWS_MAX, countMax - trades.length)
        const fromId = (trades.at(-1)?.tradeId ?? tradeId) + 1
        const query = { symbol: symbolOf(instrument), fromId: String(fromId), limit: String(limit) }
        const text = await rest.unsigned('GET', HISTORY, new URLSearchParams(query), false)
        const page = pageOf(options, text)
        trades.push(...page)
        if (page.length < limit) break
      }
      return trades
    },
  }
}

/** Rows are read by the reader of frames, so that both give the same trades. */
function pageOf({ parse, instrument }: BinanceFeedOptions, text: string): readonly Trade[] {
  try {
    return parseList(text).flatMap((row) =>
      parse(frameOf(row, symbolOf(instrument))).filter((event) => event.kind === 'trade'),
    )
  } catch (cause) {
    throw new CdbError('CDB_VENUE_UNREACHABLE', `${HISTORY}: the answer cannot be read`, { cause })
  }
}

/** `{"id":28457,"price":"4.00000100","qty":"12.00000000","time":1499865549590,"isBuyerMaker":true, ...}` */
function frameOf(row: Json, symbol: string): string {
  const time = integerOf(row, 'time')
  return JSON.stringify({
    ...{
      e: 'trade',
      E: time,
      s: symbol,
      t: integerOf(row, 'id'),
      p: textOf(row, 'price'),
      q: textOf(row, 'qty'),
    },
    ...{ T: time, m: flagOf(row, 'isBuyerMaker'), M: true },
  })
}

/** One session: the connection in use, and near the end of its life the one that will follow it. */
type Session = {
  queue: MarketEvent[]
  readonly sockets: Set<LiveSocket>
  current: LiveSocket | null
  lastTradeId: number
  heardMs: number
  lost: string | null
  wake: () => void
}

async function* follow(
  options: BinanceFeedOptions,
  signal: AbortSignal,
): AsyncIterable<readonly MarketEvent[]> {
  const { clock, silenceMs, lifeMs = LIFE_MS } = options
  const session: Session = {
    ...{ queue: [], sockets: new Set<LiveSocket>(), current: null, lastTradeId: -1 },
    ...{ heardMs: clock.monotonicMs(), lost: null, wake: () => undefined },
  }
  const onAbort = (): void => {
    session.wake()
  }
  signal.addEventListener('abort', onAbort)
  connect(options, session)
  const life = setInterval(() => {
    connect(options, session)
  }, lifeMs)
  const silence = setInterval(() => {
    if (clock.monotonicMs() - session.heardMs > silenceMs) lose(session, `no market data for ${silenceMs} ms`)
  }, silenceMs / 4)
  try {
    for (;;) {
      if (signal.aborted) return
      if (session.queue.length > 0) {
        const batch = session.queue
        session.queue = []
        yield batch
      } else if (session.lost !== null) {
        throw new CdbError('CDB_FEED_LOST', `market data of ${options.instrument}: ${session.lost}`)
      } else {
        await new Promise<void>((resolve) => {
          session.wake = resolve
        })
      }
    }
  } finally {
    clearInterval(life)
    clearInterval(silence)
    signal.removeEventListener('abort', onAbort)
    session.lost ??= 'closed'
    for (const socket of session.sockets) socket.close()
  }
}

function lose(session: Session, reason: string): void {
  session.lost ??= reason
  for (const socket of session.sockets) socket.close()
  session.wake()
}

/**
 * The next connection. While another is in use it only fills in; with its first trade it takes over, so that
 * both overlap and no trade is lost between them.
 */
function connect(options: BinanceFeedOptions, session: Session): void {
  const { streamUrl, instrument, silenceMs } = options
  const symbol = symbolOf(instrument).toLowerCase()
  const isCurrent = (): boolean => session.current === socket
  const socket = openLiveSocket({
    url: `${streamUrl}/stream?streams=${symbol}@trade/${symbol}@bookTicker`,
    silenceMs,
    onOpen: () => undefined,
    onText(text) {
      if (session.lost !== null) return
      const events = parsed(options, session, text)
      if (events.length === 0) return
      if (!isCurrent() && events.some((event) => event.kind === 'trade')) {
        session.current?.close()
        session.current = socket
      }
      if (isCurrent()) give(options, session, events)
    },
    onEnd(reason) {
      session.sockets.delete(socket)
      if (isCurrent()) lose(session, reason)
    },
  })
  session.sockets.add(socket)
  session.current ??= socket
}

/** A frame that the reader gives up on ends the connection, not the process. */
function parsed({ parse }: BinanceFeedOptions, session: Session, text: string): readonly MarketEvent[] {
  try {
    return parse(text)
  } catch {
    lose(session, 'a frame cannot be read')
    return []
  }
}

function give({ clock }: BinanceFeedOptions, session: Session, events: readonly MarketEvent[]): void {
  session.heardMs = clock.monotonicMs()
  for (const event of events) {
    if (event.kind === 'trade' && event.tradeId !== null) {
      // Between two connections trades come twice.
      if (event.tradeId <= session.lastTradeId) continue
      session.lastTradeId = event.tradeId
    }
    session.queue.push(event)
  }
  if (session.queue.length > QUEUE_MAX) lose(session, `${QUEUE_MAX} events wait for a reader`)
  session.wake()
}
