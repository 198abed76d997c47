import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent, Trade } from '../../src/domain/market.ts'
import type { MarketPublisher, MarketReader, StreamedBatch } from '../../src/engine/market-stream.ts'

/** A stream that is empty when a test begins. */
export type StreamHarness = Readonly<{
  publisher: MarketPublisher
  /** As another process would have it. */
  publisher2: MarketPublisher
  reader: MarketReader
  end(): Promise<void>
}>

export const START_MS = 1_790_000_000_000

export const tradeOf = (tradeId: number): Trade => ({
  kind: 'trade',
  eventMs: START_MS + tradeId,
  tradeId,
  price: 100.5 + tradeId / 8,
  quantity: 0.001 * tradeId,
  aggressor: tradeId % 2 === 0 ? 'buy' : 'sell',
})

/** A batch of trades that begins with this number. */
export const batchFrom = (
  firstSeq: number,
  { epoch = 1, count = 3, sentMs = START_MS + firstSeq * 10 } = {},
): Omit<StreamedBatch, 'position'> => ({
  ...{ epoch, firstSeq, sentMs },
  events: Array.from({ length: count }, (_, index) => tradeOf(firstSeq + index)),
})

const everyKind: readonly MarketEvent[] = [
  { ...tradeOf(1), aggressor: null },
  { ...tradeOf(2), tradeId: null },
  { kind: 'quote', eventMs: 7, bidPrice: 1.25, bidQuantity: 2.5, askPrice: 1.5, askQuantity: 1e-8 },
  { kind: 'bookLevel', eventMs: 7, side: 'buy', price: 0.1, quantity: 0 },
  { kind: 'bookLevel', eventMs: 8, side: 'sell', price: 0.3, quantity: 12_345.678 },
  { kind: 'bookReset', eventMs: 9 },
  { kind: 'candle', eventMs: 60_000, intervalMs: 60_000, open: 1, high: 3, low: 0.5, close: 2, volume: 9.75 },
  { kind: 'gap', eventMs: 61_000, gapMs: 1_000 },
  { kind: 'heartbeat', eventMs: 62_000 },
]

const never = new AbortController().signal
const withoutPosition = ({ position, ...rest }: StreamedBatch) => {
  assert.notEqual(position, '')
  return rest
}

type Check = (fact: string, body: (harness: StreamHarness) => Promise<void>) => void

/** What every market stream does; each adapter's test calls it. */
export function testMarketStream(name: string, harness: () => Promise<StreamHarness>): void {
  const check: Check = (fact, body) => {
    test(`${name}: ${fact}`, async () => {
      const stage = await harness()
      try {
        await body(stage)
      } finally {
        await stage.end()
      }
    })
  }
  testReading(check)
  testPlaces(check)
  testPublishing(check)
}

function testReading(check: Check): void {
  check('an empty stream has no batch and nothing to read', async ({ publisher, reader }) => {
    assert.equal(await publisher.last(), null)
    assert.equal(await reader.end(), '0')
    assert.deepEqual(await reader.read('0', 10, 20, never), [])
  })

  check('batches are read as they were published, in order, with positions that go on', async (stage) => {
    const given = [batchFrom(0), batchFrom(3), { ...batchFrom(6), events: everyKind }]
    for (const batch of given) await stage.publisher.publish(batch)
    const read = await stage.reader.read('0', 10, 1_000, never)
    assert.deepEqual(read.map(withoutPosition), given)
    const [first, second] = read
    assert(first !== undefined && second !== undefined)
    assert.deepEqual(await stage.reader.read('0', 1, 1_000, never), [first])
    assert.deepEqual(await stage.reader.read(first.position, 1, 1_000, never), [second])
    assert.equal(await stage.reader.end(), read[2]?.position)
    assert.deepEqual(await stage.publisher.last(), read[2])
    assert.deepEqual(await stage.reader.read(await stage.reader.end(), 10, 20, never), [])
  })

  check('a reader that waits is woken by the next batch', async ({ publisher, reader }) => {
    await publisher.publish(batchFrom(0))
    const waiting = reader.read(await reader.end(), 10, 60_000, never)
    await publisher.publish(batchFrom(3))
    assert.deepEqual((await waiting).map(withoutPosition), [batchFrom(3)])
  })

  check('a reader that waits returns nothing when aborted, and can be used again', async (stage) => {
    const stop = new AbortController()
    const waiting = stage.reader.read('0', 10, 60_000, stop.signal)
    stop.abort()
    assert.deepEqual(await waiting, [])
    assert.deepEqual(await stage.reader.read('0', 10, 60_000, stop.signal), [])
    await stage.publisher.publish(batchFrom(0))
    assert.deepEqual((await stage.reader.read('0', 10, 60_000, never)).map(withoutPosition), [batchFrom(0)])
  })
}

function testPlaces(check: Check): void {
  check('a place is found by the time of sending', async ({ publisher, reader }) => {
    for (const firstSeq of [0, 3, 6]) await publisher.publish(batchFrom(firstSeq))
    const firstSeqFrom = async (sentMs: number): Promise<number | undefined> => {
      const [batch] = await reader.read(await reader.positionAt(sentMs), 1, 20, never)
      return batch?.firstSeq
    }
    assert.equal(await firstSeqFrom(0), 0)
    assert.equal(await firstSeqFrom(START_MS - 5_000), 0)
    assert.equal(await firstSeqFrom(START_MS), 0)
    assert.equal(await firstSeqFrom(START_MS + 1), 3)
    assert.equal(await firstSeqFrom(START_MS + 30), 3)
    assert.equal(await firstSeqFrom(START_MS + 60), 6)
    assert.equal(await firstSeqFrom(START_MS + 61), undefined)
  })

  check('batches of one millisecond and of a clock that was set back keep their order', async (stage) => {
    const given = [0, 3, 6].map((firstSeq) => batchFrom(firstSeq, { sentMs: START_MS }))
    const late = batchFrom(9, { sentMs: START_MS - 60_000 })
    for (const batch of [...given, late]) await stage.publisher.publish(batch)
    const read = await stage.reader.read('0', 10, 1_000, never)
    assert.deepEqual(read.map(withoutPosition), [...given, late])
    const [, second] = read
    assert.equal((await stage.reader.read(second?.position ?? '', 10, 1_000, never)).length, 2)
  })
}

function testPublishing(check: Check): void {
  check('an older epoch is refused once a newer one has published', async (stage) => {
    await stage.publisher.publish(batchFrom(0, { epoch: 4 }))
    await stage.publisher2.publish(batchFrom(3, { epoch: 5 }))
    await assert.rejects(stage.publisher.publish(batchFrom(6, { epoch: 4 })), { code: 'CDB_FENCED' })
    assert.equal((await stage.publisher.last())?.firstSeq, 3)
    await stage.publisher2.publish(batchFrom(6, { epoch: 5 }))
    assert.equal((await stage.reader.read('0', 10, 1_000, never)).length, 3)
  })

  check('a batch that is repeated for want of an answer is there once', async ({ publisher, reader }) => {
    await publisher.publish(batchFrom(0))
    await publisher.publish(batchFrom(3))
    await publisher.publish(batchFrom(3))
    await publisher.publish(batchFrom(0))
    await publisher.publish(batchFrom(6))
    const read = await reader.read('0', 10, 1_000, never)
    assert.deepEqual(
      read.map(({ firstSeq }) => firstSeq),
      [0, 3, 6],
    )
  })

  check('a newer epoch may begin before the place where the older one ended', async (stage) => {
    await stage.publisher.publish(batchFrom(0))
    await stage.publisher2.publish(batchFrom(0, { epoch: 2 }))
    const read = await stage.reader.read('0', 10, 1_000, never)
    assert.deepEqual(
      read.map(({ epoch, firstSeq }) => [epoch, firstSeq]),
      [
        [1, 0],
        [2, 0],
      ],
    )
  })

  check('a batch without events is not published', async ({ publisher, reader }) => {
    await publisher.publish(batchFrom(0, { count: 0 }))
    assert.equal(await reader.end(), '0')
  })
}
