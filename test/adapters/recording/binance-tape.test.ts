import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBinanceTape } from '../../../src/adapters/recording/binance-tape.ts'
import type { BinanceFrame } from '../../../src/adapters/recording/binance-tape.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'

const ticker: BinanceFrame = { kind: 'bookTicker', bidPrice: 1, bidQuantity: 2, askPrice: 3, askQuantity: 4 }
const trade = (kind: 'trade' | 'aggTrade', id: number, tradeMs: number): BinanceFrame => ({
  kind,
  id,
  price: 1,
  quantity: 1,
  tradeMs,
  buyerIsMaker: true,
})

function play(firstMs: number | null, receivedMs: number, frames: readonly BinanceFrame[]) {
  const events: MarketEvent[] = []
  const bad: string[] = []
  const tape = createBinanceTape(
    {
      event(event) {
        events.push(event)
        return null
      },
      bad: (_line, reason) => bad.push(reason),
      corrupt(problem) {
        throw new Error(problem)
      },
    },
    firstMs,
  )
  for (const frame of frames) tape.frame(frame, { receivedMs, line: 1 })
  return { events, bad }
}

test('what has no venue time gets the newest one, then the first of the file, then the receive time', () => {
  const times = (firstMs: number | null, ...frames: BinanceFrame[]): readonly number[] =>
    play(firstMs, 7, frames).events.map((event) => event.eventMs)
  assert.deepEqual(times(50, ticker, trade('trade', 1, 100), ticker), [50, 100, 100])
  assert.deepEqual(times(null, ticker), [7])
  assert.deepEqual(play(null, NaN, [ticker]).bad, ['no time is known for this frame'])
})

test('of trade and aggTrade only the stream met first counts', () => {
  const ids = (...frames: BinanceFrame[]): readonly unknown[] =>
    play(0, 0, frames).events.map((event) => event.kind === 'trade' && event.tradeId)
  assert.deepEqual(ids(trade('trade', 1, 1), trade('aggTrade', 9, 1), trade('trade', 2, 1)), [1, 2])
  assert.deepEqual(ids(trade('aggTrade', 9, 1), trade('trade', 2, 1)), [9])
})
