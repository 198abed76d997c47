import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { money, quantity } from '../../src/domain/decimal.ts'
import { parseParams } from '../../src/domain/param.ts'
import { applyExecution, flat } from '../../src/domain/position.ts'
import type { Side } from '../../src/domain/market.ts'
import type { Position } from '../../src/domain/position.ts'
import { closeOf, performanceParams, returnOf, scoreOf, standingsOf } from '../../src/engine/performance.ts'
import type { Close } from '../../src/engine/performance.ts'

const settings = (given: Record<string, string> = {}) => parseParams('performance', performanceParams, given)

const closed = (strategy: string, pnl: string): Close => ({ strategy, pnl: money(pnl), cost: money('100') })
const repeat = (close: Close, count: number): readonly Close[] => new Array<Close>(count).fill(close)

type Step = Readonly<{ side: Side; amount: string; price: number }>

/** Positions after each execution, the flat one first. */
const positionsAfter = (steps: readonly Step[]): readonly Position[] => {
  const positions: Position[] = [flat]
  for (const { side, amount, price } of steps) {
    const execution = { side, amount: quantity(amount), value: money(String(Number(amount) * price)) }
    positions.push(applyExecution(positions.at(-1) ?? flat, execution))
  }
  return positions
}

const closesAfter = (steps: readonly Step[]): readonly Close[] => {
  const positions = positionsAfter(steps)
  return positions.slice(1).flatMap((after, index) => closeOf('s', positions[index] ?? flat, after) ?? [])
}

test('a close has the profit and the cost of the part that was closed', () => {
  const closes = closesAfter([
    { side: 'buy', amount: '2', price: 100 },
    { side: 'buy', amount: '2', price: 200 },
    { side: 'sell', amount: '1', price: 180 },
  ])
  assert.deepEqual(closes, [{ strategy: 's', pnl: money('30'), cost: money('150') }])
})

test('a flip closes all of the old position, and the rest is no close', () => {
  const closes = closesAfter([
    { side: 'sell', amount: '2', price: 100 },
    { side: 'buy', amount: '5', price: 90 },
  ])
  assert.deepEqual(closes, [{ strategy: 's', pnl: money('20'), cost: money('200') }])
})

test('opening and adding close nothing', () => {
  assert.deepEqual(
    closesAfter([
      { side: 'sell', amount: '1', price: 100 },
      { side: 'sell', amount: '1', price: 110 },
    ]),
    [],
  )
})

test('the costs and profits of all closes add up to those of the position', () => {
  const step = fc.record({
    side: fc.constantFrom<Side>('buy', 'sell'),
    amount: fc.integer({ min: 1, max: 9 }).map(String),
    price: fc.integer({ min: 1, max: 500 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const pnl = closesAfter(steps).reduce((sum, close) => sum + close.pnl, 0n)
      assert.equal(pnl, positionsAfter(steps).at(-1)?.realizedPnl)
      assert(closesAfter(steps).every((close) => close.cost > 0n))
    }),
  )
})

test('a partial close leaves the cost of the rest, and so the next return, alone (P16)', () => {
  const steps: readonly Step[] = [
    { side: 'buy', amount: '2', price: 100 },
    { side: 'sell', amount: '1', price: 150 },
    { side: 'sell', amount: '1', price: 150 },
  ]
  // The forerunner's average price becomes the price of the exit whenever something is left.
  const forerunner: number[] = []
  let average = 100
  for (const { price } of steps.slice(1)) {
    forerunner.push((price - average) / average)
    average = price
  }
  assert.deepEqual(forerunner, [0.5, 0])
  assert.deepEqual(closesAfter(steps).map(returnOf), [0.5, 0.5])
})

test('a strategy is judged by enough closes, however short a time they took (P14)', () => {
  const DAY = 86_400_000
  const times = Array.from({ length: 300 }, (_, index) => (index * DAY) / 10)
  const nowMs = times.at(-1) ?? 0
  // The forerunner keeps the last 30 of the last seven days, and wants the first of them to be seven days
  // old.
  const kept = times.filter((at) => nowMs - at <= 7 * DAY).slice(-30)
  const forerunnerReady = kept.length >= 30 && nowMs - (kept[0] ?? nowMs) >= 7 * DAY
  assert.equal(forerunnerReady, false, 'ten closes a day for a month are not enough for it')
  const [ours] = standingsOf(repeat(closed('busy', '1'), times.length), settings())
  assert.equal(ours?.ready, true)
})

test('with too few closes there is no score', () => {
  assert.equal(scoreOf(repeat(closed('s', '1'), 29), settings()), null)
  assert.equal(scoreOf(repeat(closed('s', '1'), 30), settings()), 0.01)
})

test('the only strategy is never blocked by its own score (P15)', () => {
  const closes = repeat(closed('only', '1'), 40)
  const score = scoreOf(closes, settings()) ?? Number.NaN
  // The forerunner blocks what is not above the median of all that are ready, itself among them.
  const median = [score].toSorted()[0] ?? Number.NaN
  assert.equal(score <= median, true)
  assert.deepEqual(standingsOf(closes, settings()), [
    { strategy: 'only', closes: 40, ready: true, score, peerScore: null, blocked: false },
  ])
})

test('a strategy is blocked when it does worse than the median of the others that are ready', () => {
  const closes = [
    ...repeat(closed('good', '3'), 30),
    ...repeat(closed('fair', '2'), 30),
    ...repeat(closed('bad', '-1'), 30),
    ...repeat(closed('new', '-50'), 3),
  ]
  const standings = standingsOf(closes, settings())
  assert.deepEqual(
    standings.map(({ strategy, peerScore, blocked }) => [strategy, peerScore, blocked]),
    [
      ['good', 0.005, false],
      ['fair', (0.03 - 0.01) / 2, false],
      ['bad', 0.025, true],
      ['new', 0.02, false],
    ],
  )
})

test('equal strategies do not block each other', () => {
  const closes = [...repeat(closed('a', '1'), 30), ...repeat(closed('b', '1'), 30)]
  assert(standingsOf(closes, settings()).every((standing) => standing.ready && !standing.blocked))
})

test('only the newest closes count, and the newest counts most', () => {
  const params = settings({ closesMin: '2', closesMax: '3', scoreWeight: '0.5' })
  const closes = ['900', '4', '8', '16'].map((pnl) => closed('s', pnl))
  assert.equal(scoreOf(closes, params), 0.11)
})
