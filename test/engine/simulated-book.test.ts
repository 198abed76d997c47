import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instrumentOf } from '../../src/domain/instruments.ts'
import type { MarketEvent } from '../../src/domain/market.ts'
import { createRandom } from '../../src/engine/random.ts'
import { moveBook, openSimulatedBook, tradeOnBook } from '../../src/engine/simulated-book.ts'

function opened() {
  const events: MarketEvent[] = []
  const telling = { eventMs: 5, events }
  const options = {
    instrument: instrumentOf('BTCUSDT.SIM'),
    fairPrice: 60_000,
    random: createRandom(1, 'test'),
  }
  const book = openSimulatedBook(options, telling)
  return { book, events, telling }
}

test('a book opens with a reset, ten levels a side and a quote around the price', () => {
  const { events } = opened()
  const quote = events.at(-1)
  assert.equal(events[0]?.kind, 'bookReset')
  assert.equal(events.length, 22)
  assert(quote?.kind === 'quote' && quote.bidPrice < 60_000 && quote.askPrice > 60_000)
  assert(quote.askPrice - quote.bidPrice < 1)
})

test('a move within the spread changes nothing, a larger one brings the quote along', () => {
  const { book, events, telling } = opened()
  const before = events.length
  moveBook(book, 60_000.1, telling)
  assert.equal(events.length, before)
  for (const fairPrice of [60_500, 59_000, 59_001]) {
    moveBook(book, fairPrice, telling)
    const quote = events.at(-1)
    assert(quote?.kind === 'quote' && quote.bidPrice < fairPrice && quote.askPrice > fairPrice)
    assert.equal(book.buy.length, 10)
    assert.equal(book.sell.length, 10)
  }
})

test('a trade takes no more than rests at the best level', () => {
  const { book, events, telling } = opened()
  const best = book.sell[0]
  const resting = best?.lots ?? 0
  tradeOnBook(book, { tradeId: 1, side: 'buy', value: 1e12 }, telling)
  const trade = events.findLast((event) => event.kind === 'trade')
  assert.equal(trade?.quantity, book.quantityOf(resting))
  assert((best?.lots ?? 0) > 0)
})
