import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { answerOf, sendCommand, withControlLog } from '../../src/cli/control-log.ts'
import { CdbError } from '../../src/domain/errors.ts'
import type { TradingLog } from '../../src/engine/trading-log.ts'
import { startAccountDatabase } from './account-database.ts'

const account = await startAccountDatabase()
after(() => account.remove())

const halt = { action: 'halt', scope: 'global', actor: 'ada', reason: 'test' } as const

test('a command is one entry of control, with who and why', async () => {
  const { seq, id } = await sendCommand(account.log, halt)
  const [entry] = await account.log.read(seq - 1, 1)
  assert.equal(entry?.writer, 'control')
  assert(entry.event.kind === 'command' && entry.event.id === id)
  assert.deepEqual([entry.event.actor, entry.event.reason, entry.event.approver], ['ada', 'test', ''])
  assert.equal((await account.db.query('select state from kill where scope = $1', ['global'])).length, 1)
})

/** Commits, but the first answers are lost. */
function losingAnswers(log: TradingLog, losses: number, happens: boolean): TradingLog {
  let lost = 0
  return {
    ...log,
    async commit(step) {
      if (lost === losses) return log.commit(step)
      lost += 1
      if (happens) await log.commit(step)
      throw new CdbError('CDB_COMMIT_UNKNOWN', 'no answer')
    },
  }
}

for (const happens of [true, false]) {
  test(`a commit without an answer that did ${happens ? '' : 'not '}happen ends as one entry`, async () => {
    const before = await account.log.headSeq()
    const { seq, id } = await sendCommand(losingAnswers(account.log, 2, happens), halt)
    assert.equal(seq, before + 1)
    assert.equal(await account.log.headSeq(), before + 1)
    const [entry] = await account.log.read(before, 1)
    assert(entry?.event.kind === 'command' && entry.event.id === id)
  })
}

test('a database that stays away is an error in the end', async () => {
  await assert.rejects(sendCommand(losingAnswers(account.log, 99, false), halt), {
    code: 'CDB_COMMIT_UNKNOWN',
  })
})

test('without risk there is no answer, and it is not waited for without end', async () => {
  const { seq } = await sendCommand(account.log, halt)
  assert.equal(await answerOf(account.log, seq, undefined, 100), null)
})

test('a database that no service has run on takes no command', async () => {
  await account.db.query('create database empty')
  const url = account.server.url.replace(/cdb$/, 'empty')
  const nothing = (): Promise<void> => Promise.resolve()
  await assert.rejects(withControlLog({ DATABASE_URL: url }, 'kill', nothing), { code: 'CDB_SCHEMA_OLD' })
  await assert.rejects(withControlLog({}, 'kill', nothing), { code: 'CDB_CONFIG_INVALID' })
})
