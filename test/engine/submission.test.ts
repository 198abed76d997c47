import assert from 'node:assert/strict'
import { test } from 'node:test'
import { submissionOf } from '../../src/engine/submission.ts'
import type { SubmissionFacts } from '../../src/engine/submission.ts'
import { NOW_MS, order, stopOrder } from './controls/facts.ts'

const facts = (changes: Partial<SubmissionFacts> = {}): SubmissionFacts => ({
  ...{ states: new Map(), nowMs: NOW_MS, approvalAgeMsMax: 2_000 },
  ...changes,
})

const exit = order({ side: 'sell', reduceOnly: true, purpose: 'exit' })
const flatten = order({ side: 'sell', reduceOnly: true, purpose: 'flatten' })

test('an order is submitted at the time of its turn', () => {
  const { clientOrderId, account, instrument } = order()
  const submission = submissionOf(order(), facts({ nowMs: NOW_MS + 5 }))
  assert.deepEqual(submission, {
    kind: 'submitting',
    clientOrderId,
    account,
    instrument,
    eventMs: NOW_MS + 5,
  })
})

test('an approval is good for as long as it may be, and not a millisecond longer', () => {
  assert.equal(submissionOf(order(), facts({ nowMs: NOW_MS + 2_000 })).kind, 'submitting')
  const late = submissionOf(order(), facts({ nowMs: NOW_MS + 2_001 }))
  assert(late.kind === 'abandoned')
  assert.equal(late.reason, 'decided 2001 ms ago')
})

const cases: readonly (readonly [string, SubmissionFacts, readonly boolean[]])[] = [
  ['active', facts(), [true, true, true, true]],
  ['halted', facts({ states: new Map([['account:paper', 'halted']]) }), [false, false, false, true]],
  ['reduce-only', facts({ states: new Map([['global', 'reduceOnly']]) }), [false, true, true, true]],
  ['in doubt', facts({ doubt: 'the clock is off' }), [false, true, true, true]],
]

for (const [name, given, passes] of cases) {
  test(`${name}: of an entry, a stop-loss, an exit and what flattens, exactly these pass`, () => {
    const kinds = [order(), stopOrder('49000'), exit, flatten].map(
      (wanted) => submissionOf(wanted, given).kind,
    )
    assert.deepEqual(
      kinds.map((kind) => kind === 'submitting'),
      passes,
    )
  })
}
