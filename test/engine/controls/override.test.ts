import assert from 'node:assert/strict'
import { test } from 'node:test'
import { override, overrideBreach } from '../../../src/engine/controls/override.ts'
import type { Command } from '../../../src/domain/event.ts'
import { command, limitsOf, NOW_MS } from './facts.ts'

const enabled = limitsOf(override, { enabled: 'true' })
const isLetThrough = (changes: Partial<Command>, ageMs = 0) =>
  overrideBreach(command(changes), NOW_MS + ageMs, enabled) === null

test('overrides are off unless they are enabled', () => {
  assert.notEqual(overrideBreach(command(), NOW_MS, limitsOf(override)), null)
  assert.equal(overrideBreach(command(), NOW_MS, enabled), null)
})

test('an override stands for exactly its window', () => {
  assert.equal(isLetThrough({}, 60_000), true)
  assert.equal(isLetThrough({}, 60_001), false)
  assert.equal(isLetThrough({}, -1), false)
})

test('it takes two different people, a reason and one slot', () => {
  for (const changes of [
    { approver: '' },
    { approver: 'ann' },
    { approver: ' ANN ' },
    { actor: '' },
    { actor: ' ', approver: ' ' },
    { reason: ' ' },
    { subject: '' },
    { action: 'unlatch' as const },
  ]) {
    assert.equal(isLetThrough(changes), false, JSON.stringify(changes))
  }
})
