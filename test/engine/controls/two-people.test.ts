import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actorBreach, approverBreach } from '../../../src/engine/controls/two-people.ts'
import { command } from './facts.ts'

test('two people with a reason pass', () => {
  assert.equal(actorBreach(command()), null)
  assert.equal(approverBreach(command()), null)
})

test('a command without a person or a reason is refused, blanks being none', () => {
  for (const actor of ['', '  ']) assert.equal(actorBreach(command({ actor }))?.limit, 'actor')
  for (const reason of ['', ' \t']) assert.equal(actorBreach(command({ reason }))?.limit, 'reason')
  assert.equal(approverBreach(command({ reason: '' }))?.limit, 'reason')
  assert.equal(approverBreach(command({ actor: '' }))?.limit, 'actor')
})

test('one person is one person, in whatever letters and blanks', () => {
  for (const approver of ['ann', 'ANN', ' Ann ', 'ann\n']) {
    assert.equal(approverBreach(command({ actor: 'ann', approver }))?.limit, 'two different people', approver)
  }
})

test('nobody is not a second person', () => {
  assert.deepEqual(approverBreach(command({ approver: ' ' })), {
    reason: 'a second person must approve',
    value: 'ann alone',
    limit: 'two different people',
  })
})
