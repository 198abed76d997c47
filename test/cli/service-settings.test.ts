import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseServiceSettings } from '../../src/cli/service-settings.ts'
import { money } from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const needed = { DATABASE_URL: 'postgres://cdb@db/cdb', REDIS_URL: 'redis://redis' }

/** The lines of the message that a setting gets. */
function problemsOf(environment: Readonly<Record<string, string>>, file: string | null = null): string[] {
  try {
    parseServiceSettings(environment, file)
  } catch (error) {
    assert(error instanceof CdbError)
    assert.equal(error.code, 'CDB_CONFIG_INVALID')
    return error.message.split('\n  ')
  }
  return []
}

test('with the two addresses alone everything is paper on the simulated venue', () => {
  const settings = parseServiceSettings(needed, null)
  assert.deepEqual(
    [settings.account, settings.instrument.id, settings.strategy, settings.isLive, settings.short],
    ['paper', 'BTCUSDT.SIM', 'momentum', false, false],
  )
  assert.equal(settings.cash, money('10000'))
  assert.deepEqual(settings.venue, {
    url: 'http://127.0.0.1:8010',
    streamUrl: 'ws://127.0.0.1:8010',
    keyFile: null,
  })
  assert.deepEqual(settings.health, { host: '127.0.0.1', port: null })
})

test('pairs, flags, ports and addresses are read', () => {
  const settings = parseServiceSettings(
    {
      ...needed,
      ...{ CDB_PARAMS: 'lookback=5m, threshold=0.1', CDB_LIMITS: 'C05.share=0.02', CDB_SHORT: 'true' },
      ...{ CDB_HEALTH_PORT: '0', CDB_VENUE_URL: 'https://venue:1', CDB_REPLICA: 'pod-1' },
      ...{ CDB_SMTP_URL: 'smtps://m', CDB_MAIL_FROM: 'a@b.c', CDB_MAIL_TO: 'd@e.f, g@h.i' },
    },
    null,
  )
  assert.deepEqual(settings.params, { lookback: '5m', threshold: '0.1' })
  assert.deepEqual(settings.limits, { 'C05.share': '0.02' })
  assert.deepEqual([settings.short, settings.health.port, settings.replica], [true, 0, 'pod-1'])
  assert.equal(settings.venue.streamUrl, 'wss://venue:1')
  assert.deepEqual(settings.reports.mail?.to, ['d@e.f', 'g@h.i'])
})

test('the environment wins over the file, and an empty variable is none', () =>
  inTemporaryFolder(async (folder) => {
    const file = join(folder, 'config.json')
    await writeFile(file, JSON.stringify({ ...needed, CDB_ACCOUNT: 'a', CDB_CASH: 500, CDB_SHORT: true }))
    const settings = parseServiceSettings({ CDB_ACCOUNT: 'b', CDB_CASH: '' }, file)
    assert.deepEqual([settings.account, settings.cash, settings.short], ['b', money('500'), true])
  }))

test('what is missing is told, all of it at once', () => {
  assert.deepEqual(problemsOf({}), ['DATABASE_URL is not set', 'REDIS_URL is not set'])
})

test('each bad setting gets one line with its name and what to write', () => {
  for (const [name, value, line] of [
    ['DATABASE_URL', 'mysql://x', 'DATABASE_URL is not usable: write postgres://USER@HOST:5432/DATABASE'],
    ['DATABASE_URL', 'x', 'DATABASE_URL is not usable: write postgres://USER@HOST:5432/DATABASE'],
    ['REDIS_URL', 'http://x', 'REDIS_URL is not usable: write redis://USER@HOST:6379'],
    ['CDB_ACCOUNT', 'a b', 'CDB_ACCOUNT is "a b": use letters, digits, dot, dash and underscore'],
    ['CDB_CASH', '1e5', /^CDB_CASH is "1e5": /],
    ['CDB_CASH', '0', 'CDB_CASH is "0": write an amount above 0'],
    ['CDB_CASH', '-5', /^CDB_CASH is "-5": /],
    ['CDB_INSTRUMENT', 'BTC', /^CDB_INSTRUMENT is "BTC": /],
    ['CDB_HEALTH_PORT', '70000', 'CDB_HEALTH_PORT is "70000": use a whole number from 0 to 65535'],
    ['CDB_HEALTH_PORT', '-1', 'CDB_HEALTH_PORT is "-1": use a whole number from 0 to 65535'],
    ['CDB_LOG_LEVEL', 'loud', 'CDB_LOG_LEVEL is "loud": use debug, info, warn, error'],
    ['CDB_SHORT', 'yes', 'CDB_SHORT is "yes": use true, false'],
    ['CDB_PARAMS', 'lookback', /^CDB_PARAMS is "lookback": lookback is not key=value/],
    ['CDB_PARAMS', 'a=1,a=2', /is given twice/],
    ['CDB_VENUE_URL', 'ftp://x', 'CDB_VENUE_URL is "ftp://x": write https://HOST'],
    ['CDB_WARM_UP', 'long', 'CDB_WARM_UP is "long": write for example 90s, 10m or 1d'],
    ['CDB_RETENTION_DAYS', '0', 'CDB_RETENTION_DAYS is "0": use a whole number from 1 to 36500'],
    ['CDB_MAIL_TO', 'nobody', /^CDB_MAIL_TO is "nobody": /],
  ] as const) {
    const [found = '', ...more] = problemsOf({ ...needed, [name]: value })
    if (typeof line === 'string') assert.equal(found, line)
    else assert.match(found, line)
    if (name !== 'CDB_MAIL_TO') assert.deepEqual(more, [])
  }
})

test('an address with a password is never shown', () => {
  const found = problemsOf({ DATABASE_URL: 'mysql://u:canary@h/d', REDIS_URL: 'http://:canary@h' }).join()
  assert(!found.includes('canary'))
})

test('an unknown variable is an error with the name that was meant, in the environment and in the file', () =>
  inTemporaryFolder(async (folder) => {
    assert.deepEqual(problemsOf({ ...needed, CDB_ACOUNT: 'a' }), [
      'CDB_ACOUNT is not a setting; did you mean CDB_ACCOUNT?',
    ])
    const file = join(folder, 'config.json')
    await writeFile(file, JSON.stringify({ ...needed, cdb_account: 'a', CDB_CASH: [1] }))
    const found = problemsOf({}, file)
    assert.match(found[0] ?? '', /^cdb_account in .* is not a setting/)
    assert.match(found[1] ?? '', /^CDB_CASH in .* is not text$/)
    assert.deepEqual(problemsOf({ ...needed, HOME: '/root', CDB_DATA_DIR: '/x' }), [])
  }))

test('a config file that is missing or no object is told by its name', () =>
  inTemporaryFolder(async (folder) => {
    assert.throws(() => parseServiceSettings(needed, join(folder, 'none')), { code: 'CDB_FILE_MISSING' })
    assert.throws(() => parseServiceSettings(needed, folder), { code: 'CDB_FILE_UNREADABLE' })
    for (const [index, text] of ['', '[]', 'null', '{', '"x"'].entries()) {
      const file = join(folder, `${index}.json`)
      await writeFile(file, text)
      assert.match(problemsOf(needed, file)[0] ?? '', /is not one JSON object$/)
    }
  }))

test('no single setting makes orders real', () => {
  assert.deepEqual(problemsOf({ ...needed, CDB_MODE: 'live' }), [
    'CDB_LIVE_ACCOUNT is not set, which CDB_MODE=live needs',
    'CDB_VENUE_KEY_FILE is not set, which CDB_MODE=live needs',
  ])
  const live = { ...needed, CDB_MODE: 'live', CDB_VENUE_KEY_FILE: '/key', CDB_ACCOUNT: 'real' }
  assert.deepEqual(problemsOf({ ...live, CDB_LIVE_ACCOUNT: 'paper' }), [
    'CDB_LIVE_ACCOUNT is not the account that CDB_ACCOUNT names',
  ])
  assert.equal(parseServiceSettings({ ...live, CDB_LIVE_ACCOUNT: 'real' }, null).isLive, true)
  for (const host of ['api.binance.com', 'api1.binance.com', 'api.mexc.com']) {
    assert.match(problemsOf({ ...needed, CDB_VENUE_URL: `https://${host}` })[0] ?? '', /orders are real/)
  }
  assert.deepEqual(problemsOf({ ...needed, CDB_VENUE_URL: 'https://testnet.binance.vision' }), [])
})

test('mail is set whole or not at all', () => {
  assert.deepEqual(problemsOf({ ...needed, CDB_SMTP_URL: 'smtp://m' }), [
    'CDB_MAIL_FROM is not set, which mail needs',
    'CDB_MAIL_TO is not set, which mail needs',
  ])
})

test('a command may need fewer settings than a service', () => {
  assert.equal(parseServiceSettings({}, null, []).account, 'paper')
})
