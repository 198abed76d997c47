import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { createBinanceFeed } from '../../../src/adapters/binance/feed.ts'
import type { BinanceFeedOptions } from '../../../src/adapters/binance/feed.ts'
import { systemClock } from '../../../src/adapters/system/clock.ts'
import type { VenueSimulator } from '../../../src/adapters/venue-simulator/server.ts'
import type { MarketEvent, Quote, Trade } from '../../../src/domain/market.ts'
import { control, simulated, startSimulator } from '../venue-simulator/simulator.ts'
import { createFrameParser } from '../../../src/cli/live-frames.ts'

const optionsOf = (
  venue: Pick<VenueSimulator, 'url' | 'streamUrl'>,
  wanted: Partial<BinanceFeedOptions> = {},
): BinanceFeedOptions => ({
  ...{ baseUrl: venue.url, streamUrl: venue.streamUrl, instrument: simulated.id, silenceMs: 5_000 },
  ...{ parse: createFrameParser('BTCUSDT', Date.now()), clock: systemClock },
  ...wanted,
})

/** Reads until the events say that it is enough. */
async function readUntil(
  options: BinanceFeedOptions,
  isEnough: (events: readonly MarketEvent[]) => boolean,
): Promise<readonly MarketEvent[]> {
  const stop = new AbortController()
  const events: MarketEvent[] = []
  for await (const batch of createBinanceFeed(options).open(stop.signal)) {
    events.push(...batch)
    if (isEnough(events)) stop.abort()
  }
  return events
}

const tradesOf = (events: readonly MarketEvent[]): readonly Trade[] =>
  events.filter((event) => event.kind === 'trade')
const quotesOf = (events: readonly MarketEvent[]): readonly Quote[] =>
  events.filter((event) => event.kind === 'quote')
const idsOf = (events: readonly MarketEvent[]): readonly number[] =>
  tradesOf(events).map(({ tradeId }) => tradeId ?? -1)
const isGapless = (ids: readonly number[]): boolean => ids.every((id, index) => id === (ids[0] ?? 0) + index)

let venue: VenueSimulator
before(async () => {
  venue = await startSimulator({ tradesPerSecond: 200 })
})
after(() => venue.close())
beforeEach(() => control(venue, 'DELETE', '/sim/faults'))
const arm = (fault: Readonly<Record<string, unknown>>) => control(venue, 'POST', '/sim/faults', fault)

test('trades come without gap, with quotes that do not cross', async () => {
  const events = await readUntil(optionsOf(venue), (seen) => tradesOf(seen).length >= 60)
  assert(isGapless(idsOf(events)))
  assert(quotesOf(events).length > 0)
  assert(quotesOf(events).every(({ bidPrice, askPrice }) => bidPrice < askPrice))
})

test('a new connection takes over from the old one without a lost or doubled trade', async () => {
  const events = await readUntil(optionsOf(venue, { lifeMs: 100 }), (seen) => tradesOf(seen).length >= 200)
  assert(isGapless(idsOf(events)))
})

test('trades that the stream left out are had by their ids', async () => {
  const isGapped = (seen: readonly MarketEvent[]): boolean => !isGapless(idsOf(seen))
  await arm({ kind: 'feedGap', count: 3 })
  const options = optionsOf(venue)
  await arm({ kind: 'feedGap', forMs: 300 })
  const ids = idsOf(await readUntil(options, (seen) => isGapped(seen) || tradesOf(seen).length > 100))
  const from = ids[0] ?? 0
  const filled = await createBinanceFeed(options).tradesAfter(from, 1_500)
  assert(filled.length > 0)
  assert(isGapless([from, ...idsOf(filled)]))
  assert.deepEqual(await createBinanceFeed(options).tradesAfter(from, 2), filled.slice(0, 2))
})

test('doubled trades come once', async () => {
  await arm({ kind: 'feedDuplicate', forMs: 60_000 })
  const events = await readUntil(optionsOf(venue), (seen) => tradesOf(seen).length >= 40)
  assert(isGapless(idsOf(events)))
})

test('what is wrong with prices is passed on, for controls to judge', async () => {
  await arm({ kind: 'feedCrossed', forMs: 60_000 })
  const crossed = await readUntil(optionsOf(venue), (seen) => quotesOf(seen).length >= 5)
  assert(quotesOf(crossed).every(({ bidPrice, askPrice }) => bidPrice > askPrice))
  await control(venue, 'DELETE', '/sim/faults')
  await arm({ kind: 'feedPriceTimes10', forMs: 60_000 })
  const dear = await readUntil(optionsOf(venue), (seen) => tradesOf(seen).length >= 5)
  assert(tradesOf(dear).every(({ price }) => price > 300_000))
})

test('a frozen feed and a closed one are lost', async () => {
  const never = (): boolean => false
  await arm({ kind: 'feedFrozen', forMs: 60_000 })
  await assert.rejects(readUntil(optionsOf(venue, { silenceMs: 200 }), never), { code: 'CDB_FEED_LOST' })
  await control(venue, 'DELETE', '/sim/faults')
  let isAsked = false
  const closed = readUntil(optionsOf(venue), () => {
    if (!isAsked) void arm({ kind: 'closeStreams' })
    isAsked = true
    return false
  })
  await assert.rejects(closed, { code: 'CDB_FEED_LOST' })
})

/** A venue that sends one frame to whoever connects. */
async function withFrame(frame: string | Buffer, work: (streamUrl: string) => Promise<void>): Promise<void> {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined)
    socket.send(frame)
    setTimeout(() => {
      socket.close()
    }, 50)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await work(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
    server.closeAllConnections()
    server.close()
  }
}

const hostile: Readonly<Record<string, string | Buffer>> = {
  'a frame of 16 MiB': Buffer.alloc(16 * 1024 * 1024, 0x20).fill('{"e":"trade"', 0, 12),
  'JSON that is 100,000 deep': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  'an object that is 100,000 deep': `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
  'a prototype': '{"__proto__":{"e":"trade","isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}',
  'numbers that are none': '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1e999","q":"NaN","T":1,"m":true}',
  nothing: '',
}
for (const [name, frame] of Object.entries(hostile)) {
  test(`${name}: no event, no crash, and the feed is lost with the connection`, async () => {
    await withFrame(frame, async (streamUrl) => {
      const seen: MarketEvent[] = []
      const reading = readUntil(optionsOf({ url: 'http://127.0.0.1:1', streamUrl }), (events) => {
        seen.push(...events)
        return false
      })
      await assert.rejects(reading, { code: 'CDB_FEED_LOST' })
      assert.deepEqual(seen, [])
      assert.equal(Object.hasOwn(Object.prototype, 'isAdmin'), false)
    })
  })
}

test('a venue that cannot be reached has no trades to give', async () => {
  const feed = createBinanceFeed(optionsOf({ url: 'http://127.0.0.1:1', streamUrl: 'ws://127.0.0.1:1' }))
  await assert.rejects(feed.tradesAfter(1, 10), { code: 'CDB_VENUE_UNREACHABLE' })
})
