import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BATCH_EVENTS_MAX, decodeBatch, encodeBatch } from '../../../src/adapters/redis/batch-codec.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'

const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const eventMs = fc.integer({ min: 0, max: 4_102_444_800_000 })
const side = fc.constantFrom('buy' as const, 'sell' as const)
const kind = <K extends MarketEvent['kind']>(name: K) => fc.constant(name)

const events: fc.Arbitrary<readonly MarketEvent[]> = fc.array(
  fc.oneof(
    fc.record({
      ...{ kind: kind('trade'), eventMs, price: number, quantity: number },
      tradeId: fc.option(fc.maxSafeInteger()),
      aggressor: fc.option(side),
    }),
    fc.record({
      ...{ kind: kind('quote'), eventMs, bidPrice: number, bidQuantity: number },
      ...{ askPrice: number, askQuantity: number },
    }),
    fc.record({ kind: kind('bookLevel'), eventMs, side, price: number, quantity: number }),
    fc.record({ kind: kind('bookReset'), eventMs }),
    fc.record({
      ...{ kind: kind('candle'), eventMs, intervalMs: fc.nat(), open: number, high: number },
      ...{ low: number, close: number, volume: number },
    }),
    fc.record({ kind: kind('gap'), eventMs, gapMs: fc.nat() }),
    fc.record({ kind: kind('heartbeat'), eventMs }),
  ),
)

/** Records of the generator have no prototype. */
const plain = (given: readonly MarketEvent[]): readonly MarketEvent[] => given.map((event) => ({ ...event }))

test('every event survives exactly, minus zero included', () => {
  fc.assert(
    fc.property(events, (given) => {
      assert.deepStrictEqual(decodeBatch(encodeBatch(given)), plain(given))
    }),
    { examples: [[[{ kind: 'bookLevel', eventMs: 1, side: 'buy', price: -0, quantity: 5e-324 }]]] },
  )
})

test('bytes that are cut, lengthened or changed are no batch, or a batch of sound events', () => {
  fc.assert(
    fc.property(events, fc.nat(), fc.nat(255), (given, place, byte) => {
      const bytes = encodeBatch(given)
      assert.equal(decodeBatch(bytes.subarray(0, place % bytes.length)), null)
      assert.equal(decodeBatch(Buffer.concat([bytes, Buffer.from([byte])])), null)
      bytes[place % bytes.length] = byte
      for (const event of decodeBatch(bytes) ?? []) {
        for (const value of Object.values(event)) assert(typeof value !== 'number' || Number.isFinite(value))
      }
    }),
  )
})

test('numbers that are none are no batch', () => {
  for (const price of [NaN, Infinity, -Infinity]) {
    const bytes = encodeBatch([{ kind: 'bookLevel', eventMs: 1, side: 'buy', price, quantity: 1 }])
    assert.equal(decodeBatch(bytes), null)
  }
})

test('a batch that claims too many events takes no memory, and none is made', () => {
  const claim = Buffer.from([1, 0xff, 0xff, 0xff, 0xff])
  assert.equal(decodeBatch(claim), null)
  const many = new Array<MarketEvent>(BATCH_EVENTS_MAX + 1).fill({ kind: 'heartbeat', eventMs: 1 })
  assert.throws(() => encodeBatch(many), { name: 'InvariantError' })
})

test('a trade takes 33 bytes', () => {
  const trade = { kind: 'trade', eventMs: 1, tradeId: 2, price: 3, quantity: 4, aggressor: 'buy' } as const
  assert.equal(encodeBatch([trade, trade]).length - encodeBatch([trade]).length, 33)
})
