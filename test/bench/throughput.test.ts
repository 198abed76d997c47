import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchStore } from '../../bench/services/store.ts'
import { benchStream } from '../../bench/services/stream.ts'
import '../../bench/throughput.ts'

const COUNT = 2_048

test('market data is published and measured beside redis-benchmark', async () => {
  const { publish, benchmark } = await benchStream(COUNT)
  assert.deepEqual(Object.keys(publish), ['256', '1024'])
  for (const rate of [...Object.values(publish), benchmark]) assert(rate > 0)
})

test('rows are stored and measured beside COPY', async () => {
  const { write, copy } = await benchStore(COUNT)
  assert(write > 0 && copy > 0)
})
