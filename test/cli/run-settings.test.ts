import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArgs } from 'node:util'
import { formatDecimal } from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'
import { instrumentOf } from '../../src/domain/instruments.ts'
import { engineConfigOf, runOptions, runOptionsHelp, runSettingsOf } from '../../src/cli/run-settings.ts'
import type { RunSettings } from '../../src/cli/run-settings.ts'

function settingsOf(...args: string[]): RunSettings {
  const { values, positionals } = parseArgs({ args, options: runOptions, allowPositionals: true })
  return runSettingsOf({ values, positionals })
}

const codeOf = (code: string) => (error: unknown) => error instanceof CdbError && error.code === code

const instrument = instrumentOf('BTCUSDT.BINANCE')

test('without options a run is momentum with 10,000 and seed 1', async () => {
  const config = await engineConfigOf(settingsOf(), instrument)
  assert.equal(config.strategy.name, 'momentum')
  assert.equal(formatDecimal(config.cash), '10000')
  assert.equal(config.seed, 1)
  assert.equal(config.short, false)
  assert.equal(config.operatorMs, null)
})

test('settings are plain JSON: what is stored and read again is the same run', () => {
  const settings = settingsOf(
    '--param',
    'lookback=1m',
    '--limit',
    'C05.share=0.02',
    '--short',
    '--operator',
    '1d',
  )
  assert.deepEqual(JSON.parse(JSON.stringify(settings)), settings)
  assert.deepEqual(settings.params, { lookback: '1m' })
})

test('each kind of setting reaches its part of the engine', async () => {
  const config = await engineConfigOf(
    settingsOf(
      ...['--param', 'lookback=1m', '--limit', 'C05.share=0.02', '--sizing', 'entryShare=0.005'],
      ...['--venue', 'latencyMs=7', '--regime', 'confirmationBars=5', '--operator', '2h'],
    ),
    instrument,
  )
  assert.equal(config.params['lookback'], 60_000)
  assert.equal(config.limits['C05']?.['share'], 20_000_000_000n)
  assert.equal(config.sizing['entryShare'], 5_000_000_000n)
  assert.equal(config.venue['latencyMs'], 7)
  assert.equal(config.regime['confirmationBars'], 5)
  assert.equal(config.operatorMs, 7_200_000)
})

test('what cannot be read is refused with its name', () => {
  assert.throws(() => settingsOf('--seed', '-1'), /seed|argument/)
  assert.throws(() => settingsOf('--seed', '1.5'), codeOf('CDB_USAGE'))
  assert.throws(() => settingsOf('--seed', '99999999999999999'), codeOf('CDB_USAGE'))
  assert.throws(() => settingsOf('--cash', '0'), codeOf('CDB_USAGE'))
  assert.throws(() => settingsOf('--cash', '1e5'), codeOf('CDB_DECIMAL_INVALID'))
  assert.throws(() => settingsOf('--param', 'lookback'), codeOf('CDB_USAGE'))
  assert.throws(() => settingsOf('--param', 'a=1', '--param', 'a=2'), codeOf('CDB_USAGE'))
})

test('unknown and impossible settings are refused before anything runs', async () => {
  const refused = (code: string, ...args: string[]): Promise<void> =>
    assert.rejects(() => engineConfigOf(settingsOf(...args), instrument), codeOf(code))
  await refused('CDB_STRATEGY_UNKNOWN', '--strategy', 'no-such')
  await refused('CDB_PARAM_UNKNOWN', '--param', 'nothing=1')
  await refused('CDB_PARAM_UNKNOWN', '--limit', 'C99.share=1')
  await refused('CDB_PARAM_RANGE', '--limit', 'C05.share=7')
  await refused('CDB_PARAM_INVALID', '--param', 'lookback=soon')
  await refused('CDB_PARAM_UNKNOWN', '--sizing', 'nothing=1')
  await refused('CDB_PARAM_UNKNOWN', '--venue', 'nothing=1')
  await refused('CDB_PARAM_UNKNOWN', '--regime', 'nothing=1')
  await refused('CDB_USAGE', '--operator', 'daily')
})

test('the help names every option', () => {
  for (const name of Object.keys(runOptions)) assert.ok(runOptionsHelp.includes(`--${name} `), name)
})
