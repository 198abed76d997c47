import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdbError } from '../../src/domain/errors.ts'
import type { MarketFeed } from '../../src/engine/market-stream.ts'
import { fetchTrades } from '../../src/engine/trade-backfill.ts'
import { tradeAt } from './scenario.ts'

/** A venue that has trades up to an id. */
const venue = (newestId: number, tradesAfter?: MarketFeed['tradesAfter']): MarketFeed => ({
  open: () => {
    throw new Error('only asked for trades')
  },
  tradesAfter:
    tradesAfter ??
    ((tradeId, countMax) =>
      Promise.resolve(
        Array.from({ length: Math.min(countMax, newestId - tradeId) }, (_, index) =>
          tradeAt(tradeId + 1 + index, tradeId + 1 + index, 100),
        ),
      )),
})

test('a hole is filled page by page', async () => {
  const { trades, isComplete } = await fetchTrades(venue(10_000), 5, 2_506)
  assert(isComplete)
  assert.deepEqual([trades.length, trades[0]?.tradeId, trades.at(-1)?.tradeId], [2_500, 6, 2_505])
})

test('without an end all is asked for that the venue has', async () => {
  const { trades, isComplete } = await fetchTrades(venue(1_500), 5, null)
  assert(isComplete)
  assert.equal(trades.at(-1)?.tradeId, 1_500)
})

test('a hole in the ids of the venue itself is none', async () => {
  const sparse = venue(0, () => Promise.resolve([tradeAt(7, 7, 100), tradeAt(9, 9, 100)]))
  assert.deepEqual(
    await fetchTrades(sparse, 5, 9).then(({ trades, isComplete }) => [
      trades.map(({ tradeId }) => tradeId),
      isComplete,
    ]),
    [[7], true],
  )
})

test('what the venue does not know yet, or is too much, is not complete', async () => {
  assert.equal((await fetchTrades(venue(7), 5, 20)).isComplete, false)
  const much = await fetchTrades(venue(1_000_000), 0, null)
  assert.equal(much.isComplete, false)
  assert.equal(much.trades.length, 20_000)
})

test('a venue that cannot be asked is no error, and a broken program is one', async () => {
  const away = venue(0, () => Promise.reject(new CdbError('CDB_VENUE_UNREACHABLE', 'away')))
  assert.deepEqual(await fetchTrades(away, 5, null), { trades: [], isComplete: false })
  await assert.rejects(
    fetchTrades(
      venue(0, () => Promise.reject(new TypeError('broken'))),
      5,
      null,
    ),
    /broken/,
  )
})
