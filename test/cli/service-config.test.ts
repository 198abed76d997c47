import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serviceConfigOf } from '../../src/cli/service-config.ts'
import type { ServiceConfig } from '../../src/cli/service-config.ts'
import { parseServiceSettings } from '../../src/cli/service-settings.ts'

const configOf = (more: Readonly<Record<string, string>> = {}): Promise<ServiceConfig> =>
  serviceConfigOf(
    parseServiceSettings({ DATABASE_URL: 'postgres://h/d', REDIS_URL: 'redis://h', ...more }, null),
  )

test('signal and risk are of one account, instrument and strategy', async () => {
  const { signal, risk, run, approvalAgeMsMax } = await configOf({ CDB_LIMITS: 'C21.age=5s' })
  assert.deepEqual([signal.account, risk.account, run.account], ['paper', 'paper', 'paper'])
  assert.equal(signal.instrument.id, risk.instruments[0]?.id)
  assert.equal(risk.permissions[0]?.strategy, signal.strategy.name)
  assert.equal(approvalAgeMsMax, 5_000)
  assert(risk.takerFee > 0n)
})

test('what decides is part of the run, what a strategy looks at is not', async () => {
  const { run } = await configOf()
  const same = await configOf({ CDB_PARAMS: 'lookback=1m' })
  assert.deepEqual(same.run.identity, run.identity)
  for (const more of [
    { CDB_LIMITS: 'C05.share=0.02' },
    { CDB_SIZING: 'stopLoss=0.02' },
    { CDB_CASH: '5' },
    { CDB_SHORT: 'true' },
    { CDB_STRATEGY: 'breakout' },
  ] as const) {
    assert.notDeepEqual((await configOf(more)).run.identity, run.identity, JSON.stringify(more))
  }
})

test('every limit is written out for the database', async () => {
  const { run } = await configOf({ CDB_LIMITS: 'C05.share=0.02' })
  assert.equal(run.limits['C05.share'], '0.02')
  assert(Object.keys(run.limits).length > 20)
})

test('what strategy, controls or sizing do not have is refused', async () => {
  await assert.rejects(configOf({ CDB_STRATEGY: 'momentun' }), { code: 'CDB_STRATEGY_UNKNOWN' })
  await assert.rejects(configOf({ CDB_PARAMS: 'speed=1' }), { code: 'CDB_PARAM_UNKNOWN' })
  await assert.rejects(configOf({ CDB_LIMITS: 'C05.share=7' }), { code: 'CDB_PARAM_RANGE' })
  await assert.rejects(configOf({ CDB_SIZING: 'x=1' }), { code: 'CDB_PARAM_UNKNOWN' })
})
