import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchSoak } from '../../bench/soak.ts'

test('the soak bench samples every service while orders flow', async () => {
  const heard: string[] = []
  const options = { minutes: 0.2, rate: 200, period: '500ms', seed: 1 }
  const result = await benchSoak({ ...options, onSample: (line) => heard.push(line) })
  assert.equal(heard.length, 240)
  assert(result.orders > 0)
  assert.deepEqual([result.lost, result.doubled, result.violations], [0, 0, []])
  for (const { quarters, max } of Object.values(result.memory)) {
    assert(quarters.length === 4 && quarters.every((mib) => mib > 10 && mib <= max))
  }
})
