import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemorySnapshotStore } from '../../../src/adapters/memory/snapshot-store.ts'

test('the newest snapshot is kept, whatever is saved after it', async () => {
  const store = createMemorySnapshotStore()
  assert.equal(await store.newest(), null)
  await store.save({ seq: 5, state: 'five' })
  await store.save({ seq: 3, state: 'three' })
  assert.deepEqual(await store.newest(), { seq: 5, state: 'five' })
})
