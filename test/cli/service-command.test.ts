import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodes } from '../../src/cli/command.ts'
import { roles } from '../../src/engine/lease.ts'
import { healthPorts } from '../../src/cli/service-process.ts'
import { runCaptured } from './run-cli.ts'

for (const role of roles) {
  test(`cdb ${role} says what it needs and where its health is`, async () => {
    const { stdout } = await runCaptured([role, '--help'])
    for (const word of ['DATABASE_URL', 'REDIS_URL', `port ${healthPorts[role]}`])
      assert(stdout.includes(word))
  })

  test(`cdb ${role} tells every bad setting on a line of its own and ends with the code of wrong usage`, async () => {
    process.env['CDB_CASH'] = 'lots'
    try {
      const { code, stdout, stderr } = await runCaptured([role])
      assert.deepEqual([code, stdout], [exitCodes.usage, ''])
      assert.match(
        stderr,
        /^cdb: CDB_CONFIG_INVALID: DATABASE_URL is not set\n {2}REDIS_URL is not set\n {2}CDB_CASH /,
      )
    } finally {
      Reflect.deleteProperty(process.env, 'CDB_CASH')
    }
  })

  test(`cdb ${role} takes no argument, and no config file that is not there`, async () => {
    assert.equal((await runCaptured([role, 'now'])).code, exitCodes.usage)
    const { code, stderr } = await runCaptured([role, '--config', '/nowhere.json'])
    assert.equal(code, exitCodes.failed)
    assert.match(stderr, /^cdb: CDB_FILE_MISSING: --config \/nowhere\.json is not there\n/)
  })
}
