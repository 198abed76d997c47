import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { redisUsers } from '../../../src/adapters/redis/acl.ts'
import { runCaptured } from '../run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'cdb-acl-'))
after(() => {
  rmSync(folder, { recursive: true })
})

test('a missing password file is named, and nothing is printed', async () => {
  const { code, stdout, stderr } = await runCaptured(['redis-acl', '--passwords', folder])
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /^cdb: CDB_CONFIG_INVALID: .*ws/)
})

test('each service has its line, and no password is in it', async () => {
  for (const user of redisUsers) writeFileSync(join(folder, user), `secret of ${user}\n`)
  const { code, stdout } = await runCaptured(['redis-acl', '--passwords', folder])
  assert.equal(code, 0)
  const lines = stdout.trim().split('\n')
  assert.equal(lines.length, redisUsers.length + 1)
  for (const user of redisUsers) assert(lines.some((line) => line.startsWith(`user ${user} on #`)))
  assert(!stdout.includes('secret'))
})

test('without the folder it is wrong usage', async () => {
  const { code, stderr } = await runCaptured(['redis-acl'])
  assert.equal(code, 2)
  assert.match(stderr, /CDB_USAGE/)
})
