import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTapeSource } from '../../src/engine/tape-source.ts'
import { columnsOf, trades } from '../adapters/recording/recordings.ts'
import { bitcoin } from './scenario.ts'

test('reads give every row once, in order, at most as many as asked, and then null for good', async () => {
  const all = trades(10)
  const source = createTapeSource(bitcoin, columnsOf(all))
  const seen: unknown[] = []
  const lengths: number[] = []
  for (let batch = await source.read(4); batch !== null; batch = await source.read(4)) {
    lengths.push(batch.length)
    for (let index = 0; index < batch.length; index++) seen.push(batch.at(index))
  }
  assert.deepEqual(lengths, [4, 4, 2])
  assert.deepEqual(seen, all)
  assert.equal(await source.read(4), null)
})

test('two sources over one tape do not move each other', async () => {
  const columns = columnsOf(trades(3))
  const [left, right] = [createTapeSource(bitcoin, columns), createTapeSource(bitcoin, columns)]
  await left.read(2)
  assert.equal((await right.read(9))?.length, 3)
  assert.equal((await left.read(9))?.length, 1)
})

test('a tape without rows is at its end', async () => {
  const [none, one] = [new Float64Array(0), columnsOf(trades(1))]
  const source = createTapeSource(bitcoin, { ...one, eventMs: none, price: none, quantity: none })
  assert.equal(await source.read(1), null)
  assert.equal(source.instrument, bitcoin)
})
