import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchRecording } from '../../bench/recording.ts'
import { syntheticTrades } from '../../bench/synthetic.ts'

test('the recording bench runs, and its result is a function of its options', async () => {
  const options = { trades: 1000, frames: null, megabytes: 0.1 }
  const [first, second] = [await benchRecording(options), await benchRecording(options)]
  assert.equal(first.hash, second.hash)
  assert.notEqual(first.hash, (await benchRecording({ ...options, trades: 1001 })).hash)
})

test('synthetic trades are numbered, in time and on the grid', () => {
  let [tradeId, eventMs] = [0, 0]
  for (const columns of syntheticTrades({ trades: 70_000, seed: 3 })) {
    for (let row = 0; row < columns.eventMs.length; row++) {
      tradeId++
      assert.equal(columns.tradeId?.[row], tradeId)
      assert((columns.eventMs[row] ?? 0) >= eventMs)
      eventMs = columns.eventMs[row] ?? 0
      assert.match(String(columns.price[row]), /^\d+(\.\d{1,2})?$/)
      assert((columns.quantity[row] ?? 0) > 0)
    }
  }
  assert.equal(tradeId, 70_000)
})
