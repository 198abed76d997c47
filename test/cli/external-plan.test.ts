import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCliArgs } from '../../src/cli/command.ts'
import { up } from '../../src/cli/commands/up.ts'
import { externalPlanOf } from '../../src/cli/external-plan.ts'
import type { ExternalPlan } from '../../src/cli/external-plan.ts'

const addresses = { DATABASE_URL: 'postgres://h/d', REDIS_URL: 'redis://h' }
const planOf = (
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = addresses,
): ExternalPlan => externalPlanOf(parseCliArgs(up, ['--external', ...argv]), environment)

test('without a venue of its own, one is simulated with the cash and instrument of the account', () => {
  const { venueArgv, environment } = planOf(['--cash', '500', '--seed', '7', '--data', 'd'])
  assert.deepEqual(venueArgv, [
    ...['venue', '--instrument', 'BTCUSDT.SIM', '--seed', '7', '--cash', '500', '--state', 'd/venue.jsonl'],
  ])
  assert.deepEqual([environment['CDB_CASH'], environment['CDB_HEALTH_PORT']], ['500', '0'])
  assert.equal(planOf([], { ...addresses, CDB_VENUE_URL: 'http://v:1' }).venueArgv, null)
})

test('what the command line says wins over the environment, its defaults do not', () => {
  const environment = {
    ...addresses,
    CDB_STRATEGY: 'breakout',
    CDB_CASH: '700',
    CDB_LIMITS: 'C05.share=0.01',
  }
  const plain = planOf([], environment).environment
  assert.deepEqual([plain['CDB_STRATEGY'], plain['CDB_CASH']], ['breakout', '700'])
  const said = planOf(
    ['--strategy', 'mean-reversion', '--limit', 'C05.share=0.02', '--limit', 'C12.accountMax=3', '--short'],
    environment,
  ).environment
  assert.deepEqual(
    [said['CDB_STRATEGY'], said['CDB_LIMITS'], said['CDB_SHORT']],
    ['mean-reversion', 'C05.share=0.02,C12.accountMax=3', 'true'],
  )
})

test('addresses come from the options or the environment, and must be there', () => {
  const argv = ['--database-url', 'postgres://o/d', '--redis-url', 'redis://o']
  assert.equal(planOf(argv, {}).environment['DATABASE_URL'], 'postgres://o/d')
  assert.throws(() => planOf([], {}), { code: 'CDB_CONFIG_INVALID' })
})

test('what only one process can do is refused', () => {
  for (const argv of [['--sim'], ['--recording', 'x'], ['--operator', '1d'], ['--speed', '2']]) {
    assert.throws(() => planOf(argv), { code: 'CDB_USAGE' }, argv.join(' '))
  }
})
