import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLiveTape, tradeIdBase } from '../../../src/adapters/venue-simulator/live-tape.ts'
import type { Trade } from '../../../src/domain/market.ts'
import { simulated } from './simulator.ts'

const START_MS = Date.UTC(2026, 0, 1)
const tapeOf = (tradesPerSecond: number) =>
  createLiveTape({ instrument: simulated, seed: 1, startMs: START_MS, tradesPerSecond })
const tradesIn = (events: readonly Readonly<{ kind: string }>[]): readonly Trade[] =>
  events.filter((event): event is Trade => event.kind === 'trade')

test('the market is the same however it is taken', () => {
  const [whole, parts] = [tapeOf(0), tapeOf(0)]
  const taken = [10, 500, 500, 2_000].flatMap((ms) => parts.take(START_MS + ms))
  assert.deepEqual(whole.take(START_MS + 2_000), taken)
})

test('a higher rate gives more trades, on the lot grid, with ids that leave nothing out', () => {
  const [few, many] = [tapeOf(0), tapeOf(900)]
  const natural = tradesIn(few.take(START_MS + 10_000))
  const scaled = tradesIn(many.take(START_MS + 10_000))
  assert.equal(scaled.length, natural.length * 100)
  const first = tradeIdBase(START_MS) + 1
  assert(scaled.every(({ tradeId }, index) => tradeId === first + index))
  assert(
    scaled.every(({ quantity }) => quantity > 0 && Number.isInteger(Math.round(quantity * 1e5 * 1e6) / 1e6)),
  )
})

test('trades can be asked for by id', () => {
  const tape = tapeOf(0)
  const trades = tradesIn(tape.take(START_MS + 10_000))
  const from = trades[5]?.tradeId ?? 0
  assert.deepEqual(tape.tradesFrom(from, 3), trades.slice(5, 8))
  assert.deepEqual(tape.tradesFrom(0, 2), trades.slice(0, 2))
  assert.deepEqual(tape.tradesFrom((trades.at(-1)?.tradeId ?? 0) + 1, 10), [])
})
