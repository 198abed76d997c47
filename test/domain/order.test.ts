import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CdbError } from '../../src/domain/errors.ts'
import { applyMove, isTerminal, orderMoves, orderStates, orderTransitions } from '../../src/domain/order.ts'
import type { OrderMove, OrderState } from '../../src/domain/order.ts'

/** Every legal move, written out: `state move next`. What is not here is illegal. */
const LEGAL = `
  new deny denied
  new approve approved
  approved abandon abandoned
  approved submit submitting
  submitting accept accepted
  submitting reject rejected
  submitting lose unknown
  submitting fillPart partiallyFilled
  submitting fillRest filled
  submitting cancel canceled
  submitting expire expired
  unknown accept accepted
  unknown disprove notPlaced
  unknown fillPart partiallyFilled
  unknown fillRest filled
  unknown cancel canceled
  unknown expire expired
  accepted requestCancel cancelPending
  accepted fillPart partiallyFilled
  accepted fillRest filled
  accepted cancel canceled
  accepted expire expired
  partiallyFilled requestCancel cancelPending
  partiallyFilled fillPart partiallyFilled
  partiallyFilled fillRest filled
  partiallyFilled cancel canceled
  partiallyFilled expire expired
  cancelPending fillPart cancelPending
  cancelPending fillRest filled
  cancelPending cancel canceled
  cancelPending expire expired
`
const legal = new Map(
  LEGAL.trim()
    .split('\n')
    .map((line) => line.trim().split(' '))
    .map(([state = '', move = '', next = '']) => [`${state} ${move}`, next]),
)

for (const state of orderStates) {
  for (const move of orderMoves) {
    const next = legal.get(`${state} ${move}`)
    if (next !== undefined) {
      test(`${state}: ${move} makes it ${next}`, () => {
        assert.equal(applyMove(state, move), next)
      })
      continue
    }
    test(`${state}: ${move} is refused`, () => {
      assert.throws(
        () => applyMove(state, move),
        (error: unknown) =>
          error instanceof CdbError &&
          error.code === 'CDB_ORDER_TRANSITION' &&
          error.message === `an order that is ${state} cannot ${move}`,
      )
    })
  }
}

test('the table holds no move of another name', () => {
  const held = Object.entries(orderTransitions).flatMap(([state, moves]) =>
    Object.entries(moves).map(([move, next]) => `${state} ${move} ${next}`),
  )
  assert.deepEqual(held.sort(), [...legal].map(([key, next]) => `${key} ${next}`).sort())
})

test('what ended stays ended', () => {
  const terminal = orderStates.filter(isTerminal)
  assert.deepEqual(terminal, [
    'denied',
    'abandoned',
    'filled',
    'canceled',
    'expired',
    'rejected',
    'notPlaced',
  ])
})

test('no answer is never taken for a rejection', () => {
  assert.throws(() => applyMove('unknown', 'reject'), CdbError)
  assert.equal(applyMove('submitting', 'lose'), 'unknown')
})

test('an order is submitted only once it was approved, and only once', () => {
  const submitted = orderStates.filter((state) => orderTransitions[state].submit !== undefined)
  assert.deepEqual(submitted, ['approved'])
  const reaches = (from: OrderState, goal: OrderState): boolean =>
    Object.values(orderTransitions[from]).some(
      (next) => next !== from && (next === goal || reaches(next, goal)),
    )
  assert.ok(!reaches('submitting', 'submitting') && !reaches('submitting', 'approved'))
})

test('every state is reached, and from every state an end', () => {
  const reachedFrom = (start: OrderState): ReadonlySet<OrderState> => {
    const seen = new Set<OrderState>([start])
    for (const state of seen) for (const next of Object.values(orderTransitions[state])) seen.add(next)
    return seen
  }
  assert.deepEqual([...reachedFrom('new')].sort(), [...orderStates].sort())
  for (const state of orderStates) assert.ok([...reachedFrom(state)].some(isTerminal), state)
})

test('any walk of legal moves ends in a state of the list; any other move throws and changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...orderMoves), { maxLength: 30 }),
      (moves: readonly OrderMove[]) => {
        let state: OrderState = 'new'
        for (const move of moves) {
          const next: string | undefined = legal.get(`${state} ${move}`)
          if (next === undefined) assert.throws(() => applyMove(state, move), CdbError)
          else state = applyMove(state, move)
        }
        return orderStates.includes(state)
      },
    ),
  )
})
