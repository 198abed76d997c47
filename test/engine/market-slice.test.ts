import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instrumentOf } from '../../src/domain/instruments.ts'
import type { MarketEvent } from '../../src/domain/market.ts'
import { sliceSource } from '../../src/engine/market-slice.ts'
import type { TimeRange } from '../../src/engine/market-slice.ts'
import type { MarketSource } from '../../src/engine/ports.ts'

const trade = (eventMs: number): MarketEvent => ({
  ...{ kind: 'trade', eventMs, tradeId: eventMs, price: 1, quantity: 1, aggressor: 'buy' },
})
const level = (eventMs: number): MarketEvent => ({
  kind: 'bookLevel',
  eventMs,
  side: 'buy',
  price: 1,
  quantity: 1,
})

function sourceOf(events: readonly MarketEvent[]): MarketSource {
  let next = 0
  return {
    instrument: instrumentOf('BTCUSDT.BINANCE'),
    read(countMax) {
      const batch = events.slice(next, next + countMax)
      next += batch.length
      return Promise.resolve(batch.length === 0 ? null : batch)
    },
    close: () => Promise.resolve(),
  }
}

async function timesOf(
  events: readonly MarketEvent[],
  range: TimeRange,
  countMax: number,
): Promise<readonly number[]> {
  const source = sliceSource(sourceOf(events), range)
  const times: number[] = []
  for (let batch = await source.read(countMax); batch !== null; batch = await source.read(countMax)) {
    for (let index = 0; index < batch.length; index++) times.push(batch.at(index)?.eventMs ?? Number.NaN)
  }
  return times
}

const ten = Array.from({ length: 10 }, (_, index) => trade(index))

for (const countMax of [1, 3, 100]) {
  test(`a slice holds what is at or after its start and before its end, in batches of ${countMax}`, async () => {
    assert.deepEqual(await timesOf(ten, { fromMs: 3, toMs: 7 }, countMax), [3, 4, 5, 6])
    assert.deepEqual(await timesOf(ten, { fromMs: -Infinity, toMs: 2 }, countMax), [0, 1])
    assert.deepEqual(await timesOf(ten, { fromMs: 8, toMs: Infinity }, countMax), [8, 9])
    assert.deepEqual(await timesOf(ten, { fromMs: 20, toMs: 30 }, countMax), [])
  })

  test(`the book before a slice is passed through, in batches of ${countMax}`, async () => {
    const events = [level(0), trade(1), level(2), trade(3), level(4), trade(5)]
    assert.deepEqual(await timesOf(events, { fromMs: 3, toMs: Infinity }, countMax), [0, 2, 3, 4, 5])
  })
}
