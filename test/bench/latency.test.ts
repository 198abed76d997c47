import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchLatency } from '../../bench/latency.ts'

test('the latency bench follows orders from the trade to the venue', async () => {
  const { orders, tickToPost, hops } = await benchLatency({ seconds: 2, rate: 200, period: '100ms', seed: 1 })
  assert(orders > 0)
  for (const times of [tickToPost, ...Object.values(hops)]) assert.equal(times.count, orders)
})
