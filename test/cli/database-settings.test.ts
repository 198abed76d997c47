import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseSettingsOf } from '../../src/cli/database-settings.ts'

const url = 'postgres://cdb@localhost:5432/cdb'

test('the database is where the environment says', () => {
  assert.deepEqual(databaseSettingsOf({ DATABASE_URL: url }, 'cdb migrate'), {
    ...{ url, passwordFile: null, applicationName: 'cdb migrate', poolMax: 2 },
  })
  const file = import.meta.filename
  assert.equal(
    databaseSettingsOf({ DATABASE_URL: url, DATABASE_PASSWORD_FILE: file }, 'x').passwordFile,
    file,
  )
})

test('without an address, or with a password file that is not there, it is told what to set', () => {
  assert.throws(() => databaseSettingsOf({}, 'x'), {
    code: 'CDB_CONFIG_INVALID',
    message: /DATABASE_URL is not set/,
  })
  assert.throws(() => databaseSettingsOf({ DATABASE_URL: url, DATABASE_PASSWORD_FILE: '/no/file' }, 'x'), {
    code: 'CDB_CONFIG_INVALID',
    message: /\/no\/file is not there/,
  })
})
