import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchPipeline } from '../../bench/services/pipeline.ts'
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

test('the pipeline decides under load, takes a kill and a takeover, and its audits hold', async () => {
  const options = { seconds: 2, rate: 100, kills: 1, seed: 1, takeoversOf: ['risk'] } as const
  const result = await benchPipeline(options)
  assert.deepEqual([result.lost, result.doubled, result.violations], [0, 0, []])
  assert(result.decisions > 0, `${result.decisions} decisions a second`)
  assert.deepEqual([result.kill.count, result.takeoverKill.count, result.takeoverTerm.count], [1, 1, 1])
})
