import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { MarketEvent, Trade } from '../../domain/market.ts'
import { executionReportJson, quoteFrame, tradeFrame } from './answers.ts'
import type { Faults } from './faults.ts'
import type { AccountTrade, OrderRecord } from './venue-order.ts'

/** The WebSockets of the venue: market data by name, and one user stream a listen key. */
export type Streams = Readonly<{
  listenKey(): string
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  onMarket(events: readonly MarketEvent[]): void
  onOrder(record: OrderRecord, trade: AccountTrade | null): void
  /** Ends every connection, as the venue does after 24 hours. */
  closeAll(): void
  close(): Promise<void>
}>

const PATH = /^\/(?:stream\?streams=|ws\/)([^?&]+)$/
const BEHIND_BYTES_MAX = 16 * 1024 * 1024

export function createStreams(symbol: string, faults: Faults): Streams {
  const server = new WebSocketServer({
    ...{ noServer: true, perMessageDeflate: false, maxPayload: 65_536, autoPong: false },
  })
  const keys = new Set<string>()
  const users = new Set<WebSocket>()
  const markets = new Map<WebSocket, MarketSubscription>()

  return {
    listenKey() {
      const key = randomBytes(24).toString('hex')
      keys.add(key)
      return key
    },
    upgrade(request, socket, head) {
      const wanted = PATH.exec(request.url ?? '')?.[1]
      if (wanted === undefined) {
        socket.destroy()
        return
      }
      server.handleUpgrade(request, socket, head, (client) => {
        const isUser = keys.has(wanted)
        const isCombined = request.url?.startsWith('/stream') === true
        if (isUser) users.add(client)
        else markets.set(client, { streams: new Set(wanted.split('/')), isCombined })
        client.on('ping', (data: Buffer) => {
          if (!isUser || faults.peek('silentUserStream') === null) client.pong(data)
        })
        client.on('error', () => {
          client.terminate()
        })
        client.on('close', () => {
          users.delete(client)
          markets.delete(client)
        })
      })
    },
    onMarket: createMarketSender(symbol, faults, markets),
    onOrder(record, trade) {
      if (faults.peek('silentUserStream') !== null) return
      const text = JSON.stringify(executionReportJson(symbol, record, trade))
      const times = faults.take('duplicateUserEvents') === null ? 1 : 2
      for (let sent = 0; sent < times; sent++) for (const user of users) user.send(text)
    },
    closeAll() {
      for (const socket of [...users, ...markets.keys()]) socket.close(1001)
    },
    close() {
      for (const socket of server.clients) socket.terminate()
      return new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
      })
    },
  }
}

function createMarketSender(
  symbol: string,
  faults: Faults,
  markets: ReadonlyMap<WebSocket, MarketSubscription>,
): Streams['onMarket'] {
  const names = { trade: `${symbol.toLowerCase()}@trade`, quote: `${symbol.toLowerCase()}@bookTicker` }
  let updateId = 0
  const send = (name: string, data: string): void => {
    for (const [socket, { streams, isCombined }] of markets) {
      if (!streams.has(name)) continue
      socket.send(isCombined ? `{"stream":"${name}","data":${data}}` : data)
      // Who does not read is cut off, as at the venue.
      if (socket.bufferedAmount > BEHIND_BYTES_MAX) socket.terminate()
    }
  }
  return (events) => {
    for (const event of events) {
      if (event.kind !== 'trade' && event.kind !== 'quote') continue
      if (faults.take('feedFrozen') !== null) continue
      if (event.kind === 'quote') {
        send(names.quote, quoteFrame(symbol, spoiledQuote(event, faults), ++updateId))
        continue
      }
      if (faults.take('feedGap') !== null) continue
      const times = faults.take('feedDuplicate') === null ? 1 : 2
      const text = tradeFrame(symbol, spoiledTrade(event, faults))
      for (let sent = 0; sent < times; sent++) send(names.trade, text)
    }
  }
}

type MarketSubscription = Readonly<{ streams: ReadonlySet<string>; isCombined: boolean }>
type Quote = Extract<MarketEvent, { kind: 'quote' }>

const timesTen = (price: number): number => Math.round(price * 1e9) / 1e8

function spoiledTrade(trade: Trade, faults: Faults): Trade {
  return faults.take('feedPriceTimes10') === null ? trade : { ...trade, price: timesTen(trade.price) }
}

function spoiledQuote(quote: Quote, faults: Faults): Quote {
  if (faults.take('feedPriceTimes10') !== null) {
    return { ...quote, bidPrice: timesTen(quote.bidPrice), askPrice: timesTen(quote.askPrice) }
  }
  if (faults.take('feedCrossed') === null) return quote
  return { ...quote, bidPrice: quote.askPrice, askPrice: quote.bidPrice }
}
