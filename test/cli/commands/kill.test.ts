import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startVenueSimulator } from '../../../src/adapters/venue-simulator/server.ts'
import { simulatorCredentials } from '../../../src/adapters/venue-simulator/credentials.ts'
import { exitCodes } from '../../../src/cli/command.ts'
import { money } from '../../../src/domain/decimal.ts'
import { instrumentOf } from '../../../src/domain/instruments.ts'
import { startAccountDatabase } from '../account-database.ts'

const account = await startAccountDatabase()
after(() => account.remove())

const stateOf = async (scope: string): Promise<unknown> =>
  (await account.db.query('select state from kill where scope = $1', [scope]))[0]?.['state']

test('kill halts a scope and prints its entry and how long the commit took, with no Redis there', async () => {
  const { code, stdout } = await account.cdb('kill', '--reason', 'wrong prices')
  assert.equal(code, exitCodes.ok)
  assert.match(stdout, /^haltCancel global: entry \d+, committed in [\d.]+ ms\n$/)
  assert.equal(await stateOf('global'), 'halted')
})

test('each level, scope, actor and reason is on the log', async () => {
  for (const [level, state] of [
    ['halt', 'halted'],
    ['haltCancel', 'halted'],
    ['reduceOnly', 'reduceOnly'],
  ] as const) {
    const argv = ['--level', level, '--scope', 'strategy:momentum', '--actor', 'ada', '--json']
    const { stdout } = await account.cdb('kill', '--reason', 'losing', ...argv)
    const { seq, ...rest } = JSON.parse(stdout) as Readonly<Record<string, unknown>>
    assert.deepEqual(
      [rest['action'], rest['scope'], rest['actor'], rest['reason']],
      [level, 'strategy:momentum', 'ada', 'losing'],
    )
    const [entry] = await account.log.read(Number(seq) - 1, 1)
    assert(entry?.event.kind === 'command' && entry.event.id === rest['id'])
    assert.equal(await stateOf('strategy:momentum'), state)
  }
})

test('a kill without reason, of no level or scope is wrong usage, and writes nothing', async () => {
  const head = await account.log.headSeq()
  for (const argv of [
    [],
    ['--reason', ''],
    ['--reason', 'x', '--level', 'softly'],
    ['--reason', 'x', '--scope', 'everything'],
    ['--reason', 'x', 'now'],
  ]) {
    const { code, stderr } = await account.cdb('kill', ...argv)
    assert.equal(code, exitCodes.usage, argv.join(' '))
    assert.match(stderr, /^cdb: CDB_USAGE: /)
  }
  assert.equal(await account.log.headSeq(), head)
})

test('a kill is written on a log whose newest entries are damaged', async () => {
  await account.db.script(`alter table event_log disable trigger all;
    update event_log set payload = replace(payload, 'losing', 'winning');
    alter table event_log enable trigger all`)
  const { code, stdout } = await account.cdb('kill', '--scope', 'account:paper', '--reason', 'damaged')
  assert.equal(code, exitCodes.ok)
  assert.match(stdout, /^haltCancel account:paper: entry \d+/)
})

test('break-glass cancels what is open at the venue, with the database gone', async () => {
  const venue = await startVenueSimulator({
    ...{ port: 0, instrument: instrumentOf('BTCUSDT.SIM'), seed: 1, cash: money('10000') },
    credentials: simulatorCredentials,
  })
  const before = process.env['DATABASE_URL']
  Object.assign(process.env, { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x', CDB_VENUE_URL: venue.url })
  try {
    const { code, stdout } = await account.cdb('kill', '--break-glass', '--reason', 'database lost', '--json')
    assert.equal(code, exitCodes.ok)
    assert.deepEqual(JSON.parse(stdout), { canceled: [], residual: [], foreign: [], problem: '' })
  } finally {
    process.env['DATABASE_URL'] = before
    Reflect.deleteProperty(process.env, 'CDB_VENUE_URL')
    await venue.close()
  }
})
