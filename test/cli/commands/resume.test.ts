import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { exitCodes } from '../../../src/cli/command.ts'
import { startAccountDatabase } from '../account-database.ts'

const account = await startAccountDatabase()
after(() => account.remove())

test('resume makes the one scope active again, and no other', async () => {
  for (const scope of ['global', 'account:paper']) {
    await account.cdb('kill', '--scope', scope, '--reason', 'stop')
  }
  const { code, stdout } = await account.cdb('resume', '--scope', 'global', '--reason', 'mended')
  assert.equal(code, exitCodes.ok)
  assert.match(stdout, /^resume global: entry \d+, committed in [\d.]+ ms\n$/)
  const rows = await account.db.query(`select scope, state from kill where state <> 'active'`)
  assert.deepEqual(
    rows.map(({ scope }) => scope),
    ['account:paper'],
  )
})

test('a scope must be named: nothing is resumed by default', async () => {
  assert.equal((await account.cdb('resume', '--reason', 'mended')).code, exitCodes.usage)
  assert.equal((await account.cdb('resume', '--scope', 'global')).code, exitCodes.usage)
})
