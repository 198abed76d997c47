import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  afterMiss,
  isNotPlaced,
  LOOKS_APART_MS,
  newSearch,
  safeAfterMs,
  VISIBILITY_MS,
} from '../../src/engine/resolution.ts'
import type { Look, Search } from '../../src/engine/resolution.ts'

const SAFE_MS = safeAfterMs(VISIBILITY_MS)

const look = (startMs: number, changes: Partial<Look> = {}): Look => ({
  ...{
    startMs,
    sinceSubmitMs: SAFE_MS + startMs,
    sinceKnownMs: SAFE_MS + startMs,
    visibilityMs: VISIBILITY_MS,
  },
  ...changes,
})

const after = (looks: readonly Look[]): Search => looks.reduce(afterMiss, newSearch)

test('an order may come to light for window, lead, the time limit of the venue and visibility', () => {
  assert.equal(SAFE_MS, 3_000 + 1_000 + 10_000 + 15_000)
  assert.equal(safeAfterMs(60_000), 74_000)
})

test('three looks apart show that it is not there, two do not', () => {
  assert.equal(isNotPlaced(after([look(0), look(5_000)])), false)
  assert.equal(isNotPlaced(after([look(0), look(5_000), look(10_000)])), true)
})

test('looks close to each other are one look', () => {
  const close = [look(0), look(1_000), look(LOOKS_APART_MS - 1)]
  assert.equal(after(close).misses, 1)
})

test('a look counts only when both clocks say that nothing can arrive any more', () => {
  const early = SAFE_MS - 1
  for (const changes of [{ sinceSubmitMs: early }, { sinceKnownMs: early }]) {
    assert.deepEqual(after([look(0, changes), look(60_000, changes)]), newSearch)
  }
  assert.equal(after([look(0, { sinceSubmitMs: SAFE_MS, sinceKnownMs: SAFE_MS })]).misses, 1)
})
