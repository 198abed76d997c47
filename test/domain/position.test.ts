import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  absolute,
  add,
  money,
  negate,
  notional,
  ONE,
  price,
  quantity,
  subtract,
  ZERO_MONEY,
} from '../../src/domain/decimal.ts'
import type { Money, Price, Quantity } from '../../src/domain/decimal.ts'
import { InvariantError } from '../../src/domain/errors.ts'
import type { Side } from '../../src/domain/market.ts'
import { applyExecution, flat, unrealizedPnl } from '../../src/domain/position.ts'
import type { Position } from '../../src/domain/position.ts'

type Execution = Readonly<{ side: Side; amount: Quantity; value: Money }>

const at = (side: Side, amount: string, priceText: string): Execution => ({
  side,
  amount: quantity(amount),
  value: notional(price(priceText), quantity(amount)),
})

const after = (...executions: readonly Execution[]): Position => executions.reduce(applyExecution, flat)

const position = (amount: string, cost: string, pnl: string): Position => ({
  quantity: quantity(amount),
  cost: money(cost),
  realizedPnl: money(pnl),
})

test('a buy opens a long at what it cost', () => {
  assert.deepEqual(after(at('buy', '2', '100')), position('2', '200', '0'))
})

test('a sell opens a short whose cost is negative', () => {
  assert.deepEqual(after(at('sell', '2', '100')), position('-2', '-200', '0'))
})

test('adding sums the cost, without an average that rounds', () => {
  assert.deepEqual(after(at('buy', '1', '100'), at('buy', '2', '101')), position('3', '302', '0'))
  assert.deepEqual(after(at('sell', '1', '100'), at('sell', '2', '101')), position('-3', '-302', '0'))
})

test('a partial close keeps the cost of the rest: 100, not the exit price (P16)', () => {
  const halved = after(at('buy', '2', '100'), at('sell', '1', '150'))
  assert.deepEqual(halved, position('1', '100', '50'))
  assert.deepEqual(applyExecution(halved, at('sell', '1', '150')), position('0', '0', '100'))
})

test('a partial close of a short keeps the cost of the rest', () => {
  assert.deepEqual(after(at('sell', '2', '100'), at('buy', '1', '80')), position('-1', '-100', '20'))
})

test('a full close leaves nothing but the profit', () => {
  assert.deepEqual(after(at('buy', '3', '100'), at('sell', '3', '90')), position('0', '0', '-30'))
  assert.deepEqual(after(at('sell', '3', '100'), at('buy', '3', '90')), position('0', '0', '30'))
})

test('a flip closes the old position and opens the rest', () => {
  assert.deepEqual(after(at('buy', '2', '100'), at('sell', '5', '110')), position('-3', '-330', '20'))
  assert.deepEqual(after(at('sell', '2', '100'), at('buy', '5', '110')), position('3', '330', '-20'))
})

test('an execution of nothing changes nothing', () => {
  const held = after(at('buy', '2', '100'))
  assert.equal(applyExecution(held, { side: 'sell', amount: quantity('0'), value: ZERO_MONEY }), held)
})

test('an execution has no sign of its own', () => {
  const negative = { side: 'buy', amount: quantity('-1'), value: money('1') } as const
  assert.throws(() => applyExecution(flat, negative), InvariantError)
  assert.throws(
    () => applyExecution(flat, { side: 'buy', amount: quantity('1'), value: money('-1') }),
    InvariantError,
  )
})

test('the position applied to is left as it was', () => {
  const held = Object.freeze(after(at('buy', '2', '100')))
  applyExecution(held, at('sell', '1', '150'))
  assert.deepEqual(held, position('2', '200', '0'))
})

test('thirds close without a remainder', () => {
  const third = at('sell', '1', '100')
  const held = applyExecution(flat, { side: 'buy', amount: quantity('3'), value: money('100') })
  const closed = [third, third, third].reduce(applyExecution, held)
  assert.deepEqual(closed, position('0', '0', '200'))
})

const anyExecution: fc.Arbitrary<Execution> = fc.record({
  side: fc.constantFrom('buy', 'sell'),
  amount: fc.bigInt({ min: 0n, max: 10n ** 16n }).map((units) => units as Quantity),
  value: fc.bigInt({ min: 0n, max: 10n ** 20n }).map((units) => units as Money),
})
const anyHistory = fc.array(anyExecution, { maxLength: 40 })
const anyMark = fc.bigInt({ min: 1n, max: 10n ** 18n }).map((units) => units as Price)

const signedValue = ({ side, value }: Execution): bigint => (side === 'buy' ? value : negate(value))
const signedAmount = ({ side, amount }: Execution): bigint => (side === 'buy' ? amount : negate(amount))

test('the quantity held is the sum of the executions, over any history', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const amounts = history.map(signedAmount)
      assert.equal(
        after(...history).quantity,
        amounts.reduce((sum, amount) => sum + amount, 0n),
      )
    }),
  )
})

test('cost less profit is what was paid, to the last unit, over any history', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const moved = history.filter(({ amount }) => amount > 0n)
      const { cost, realizedPnl } = after(...history)
      const paid = moved.reduce((sum, execution) => sum + signedValue(execution), 0n)
      assert.equal(cost - realizedPnl, paid)
    }),
  )
})

test('equity is cash plus the marked position, exactly, at any mark and over any history', () => {
  fc.assert(
    fc.property(anyHistory, anyMark, (history, mark) => {
      const moved = history.filter(({ amount }) => amount > 0n)
      const cash = moved.reduce((sum, execution) => sum - signedValue(execution), 0n) as Money
      const held = after(...history)
      assert.equal(add(cash, notional(mark, held.quantity)), add(held.realizedPnl, unrealizedPnl(held, mark)))
    }),
  )
})

test('a flat position holds no cost', () => {
  fc.assert(
    fc.property(anyHistory, anyMark, (history, mark) => {
      const held = after(...history)
      fc.pre(held.quantity !== 0n)
      const closing: Execution = {
        side: held.quantity > 0n ? 'sell' : 'buy',
        amount: absolute(held.quantity),
        value: mark as bigint as Money,
      }
      const closed = applyExecution(held, closing)
      assert.deepEqual([closed.quantity, closed.cost], [0n, 0n])
    }),
  )
})

test('unrealized profit follows the mark by the quantity held', () => {
  const held = after(at('sell', '2', '100'))
  assert.equal(unrealizedPnl(held, price('90')), money('20'))
  assert.equal(unrealizedPnl(held, price('110')), money('-20'))
  assert.equal(unrealizedPnl(flat, price('110')), ZERO_MONEY)
  fc.assert(
    fc.property(fc.bigInt({ min: -1000n, max: 1000n }), anyMark, (lots, mark) => {
      const units = { ...flat, quantity: (lots * ONE) as Quantity }
      const risen = unrealizedPnl(units, (mark + 1n) as Price)
      assert.equal(subtract(risen, unrealizedPnl(units, mark)), lots)
    }),
  )
})
