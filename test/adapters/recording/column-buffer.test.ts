import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  columnNames,
  columnsFor,
  createColumnBuffer,
  createColumnStore,
} from '../../../src/adapters/recording/column-buffer.ts'
import { tapeBatch } from '../../../src/engine/tape.ts'
import { columnsOf, trades } from './recordings.ts'

test('columns that the kinds do not need are not there', () => {
  assert.deepEqual(columnsFor(['trade'], false), ['eventMs', 'tradeId', 'price', 'quantity', 'side'])
  assert.deepEqual(columnsFor(['bookReset'], true), ['kind', 'eventMs', 'receivedMs', 'price', 'quantity'])
})

test('a row says nothing of an earlier event at its place', () => {
  const buffer = createColumnBuffer()
  for (const trade of trades(3)) buffer.push(trade, 1)
  buffer.take(columnNames)
  buffer.push({ kind: 'gap', eventMs: 5, gapMs: 2 }, NaN)
  const columns = buffer.take(columnNames)
  assert.deepEqual([columns?.price[0], columns?.tradeId?.[0], columns?.side?.[0]], [NaN, NaN, 0])
  assert.equal(buffer.take(columnNames), null)
})

test('a buffer grows with its rows', () => {
  const many = trades(10_000)
  const columns = columnsOf(many)
  assert.deepEqual(tapeBatch(columns, 9_999, 10_000).at(0), many[9_999])
})

test('a store takes what fits and fills columns that the rows lack', () => {
  const store = createColumnStore(columnsFor(['trade', 'gap'], false), 4)
  const bare = { ...columnsOf(trades(3)), kind: null, intervalMs: null }
  assert.equal(store.append(bare, 0), 3)
  assert.equal(store.append(bare, 1), 1)
  assert(store.isFull())
  const { tradeId, kind, intervalMs, receivedMs } = store.columns()
  assert.deepEqual([...(tradeId ?? [])], [1, 2, 3, 2])
  assert.deepEqual([...(kind ?? [])], [0, 0, 0, 0])
  assert.deepEqual([...(intervalMs ?? [])], [NaN, NaN, NaN, NaN])
  assert.equal(receivedMs, null)
  store.clear()
  assert.equal(store.length(), 0)
})
