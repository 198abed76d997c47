import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { MarketEvent } from '../../src/domain/market.ts'
import {
  applyLevel,
  applyQuote,
  applyTrade,
  bestAsk,
  bestBid,
  createBook,
  depthOf,
  levelCount,
  levelPrice,
  quantityAt,
  resetBook,
} from '../../src/engine/book.ts'
import type { Book } from '../../src/engine/book.ts'
import { level, quote, trade } from './paper-venue/market-day.ts'

const touch = (book: Book): readonly [number | null, number | null] => [bestBid(book), bestAsk(book)]

function apply(book: Book, event: MarketEvent): void {
  if (event.kind === 'quote') applyQuote(book, event)
  if (event.kind === 'bookLevel') applyLevel(book, event)
  if (event.kind === 'trade') applyTrade(book, event)
}

function bookOf(...events: readonly MarketEvent[]): Book {
  const book = createBook()
  for (const event of events) apply(book, event)
  return book
}

const ladder = [
  level(1, 'buy', 99, 2),
  level(1, 'buy', 98, 3),
  level(1, 'sell', 101, 4),
  level(1, 'sell', 102, 5),
]

test('an empty book knows no prices and no depth', () => {
  const book = createBook()
  assert.deepEqual(touch(book), [null, null])
  assert.equal(depthOf(book, 10), null)
})

test('levels are kept by price, best first, whatever the order they come in', () => {
  const book = bookOf(...ladder.toReversed(), level(1, 'sell', 101.5, 1))
  assert.deepEqual(touch(book), [99, 101])
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => levelPrice(book, 'sell', index)),
    [101, 101.5, 102, NaN],
  )
  assert.equal(quantityAt(book, 'sell', 102), 5)
  assert.equal(quantityAt(book, 'sell', 101.7), 0)
  assert.equal(levelCount(book, 'buy'), 2)
})

test('a level of zero is removed, and of another quantity replaced', () => {
  const book = bookOf(...ladder, level(2, 'buy', 99, 0), level(2, 'sell', 101, 7))
  assert.deepEqual(touch(book), [98, 101])
  assert.equal(quantityAt(book, 'sell', 101), 7)
})

test('depth is the sum over the best levels of the thinner side', () => {
  const book = bookOf(...ladder)
  assert.equal(depthOf(book, 10), 5)
  assert.equal(depthOf(book, 1), 2)
})

test('a quote alone gives the touch but no depth', () => {
  const book = bookOf(quote(1, [99, 2], [101, 4]))
  assert.deepEqual(touch(book), [99, 101])
  assert.equal(quantityAt(book, 'buy', 99), 2)
  assert.equal(levelCount(book, 'buy'), 1)
  assert.equal(depthOf(book, 10), null)
})

test('a side of a quote without quantity is empty and leaves the other alone', () => {
  assert.deepEqual(touch(bookOf(quote(1, [99, 2], [0, 0]))), [99, null])
  assert.deepEqual(touch(bookOf(...ladder, quote(2, [99.5, 2], [0, 0]))), [99.5, 101])
})

test('a newer quote removes the levels that it proves gone', () => {
  const book = bookOf(...ladder, quote(2, [98, 1], [101.5, 6]))
  assert.deepEqual(touch(book), [98, 101.5])
  assert.equal(quantityAt(book, 'buy', 98), 1)
  assert.equal(quantityAt(book, 'buy', 99), 0)
  assert.equal(quantityAt(book, 'sell', 102), 5)
})

test('an older quote than the levels is ignored', () => {
  assert.deepEqual(touch(bookOf(...ladder, quote(0, [90, 1], [91, 1]))), [99, 101])
})

test('a level older than the quote cannot bring back what the quote proved gone', () => {
  const book = bookOf(quote(5, [98, 1], [101, 1]), level(4, 'buy', 99, 2), level(4, 'sell', 97, 2))
  assert.deepEqual(touch(book), [98, 101])
  apply(book, level(4, 'buy', 97, 3))
  assert.equal(quantityAt(book, 'buy', 97), 3)
  apply(book, level(4, 'buy', 98, 0))
  assert.equal(bestBid(book), 98)
})

test('a quote becomes a level among others when the first level arrives', () => {
  const book = bookOf(quote(1, [99, 2], [101, 4]), level(1, 'buy', 98, 3))
  assert.deepEqual(touch(book), [99, 101])
  assert.equal(depthOf(book, 10), 4)
})

test('a newer level that crosses the other side removes what it crosses', () => {
  const book = bookOf(...ladder, level(2, 'buy', 101, 1))
  assert.deepEqual(touch(book), [101, 102])
})

test('a trade removes bids above it and asks below it, unless it is older than the book', () => {
  assert.deepEqual(touch(bookOf(...ladder, trade(2, 98))), [98, 101])
  assert.deepEqual(touch(bookOf(...ladder, trade(2, 101.5))), [99, 102])
  assert.deepEqual(touch(bookOf(...ladder, trade(0, 98))), [99, 101])
  assert.deepEqual(touch(bookOf(quote(1, [99, 1], [101, 1]), trade(2, 102))), [99, null])
})

test('a reset forgets levels and quote', () => {
  const book = bookOf(...ladder, quote(2, [99, 1], [101, 1]))
  resetBook(book)
  assert.deepEqual(touch(book), [null, null])
  assert.equal(levelCount(book, 'sell'), 0)
  apply(book, quote(1, [50, 1], [51, 1]))
  assert.deepEqual(touch(book), [50, 51])
})

const anyPrice = fc.integer({ min: 90, max: 110 })
const anySize = fc.integer({ min: 0, max: 5 })
const anyMs = fc.integer({ min: 0, max: 20 })
const anySide = fc.constantFrom('buy' as const, 'sell' as const)
const anyEvent: fc.Arbitrary<MarketEvent> = fc.oneof(
  fc.tuple(anyMs, anySide, anyPrice, anySize).map((of) => level(...of)),
  fc.tuple(anyMs, anyPrice, anySize).map(([ms, at, size]) => quote(ms, [at, size], [at + 1, size])),
  fc.tuple(anyMs, anyPrice).map(([ms, at]) => trade(ms, at)),
)

test('no history of levels, quotes and trades leaves a crossed or disordered book', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
      const book = createBook()
      for (const event of events) {
        apply(book, event)
        const [bid, ask] = touch(book)
        assert(bid === null || ask === null || bid < ask, `crossed: ${bid} >= ${ask}`)
        for (const [side, sign] of [['buy', -1] as const, ['sell', 1] as const]) {
          for (let index = 1; index < levelCount(book, side); index++) {
            const step = sign * (levelPrice(book, side, index) - levelPrice(book, side, index - 1))
            assert(step > 0, `${side} levels are out of order`)
          }
        }
      }
    }),
  )
})
