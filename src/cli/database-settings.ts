import { existsSync } from 'node:fs'
import type { PostgresSettings } from '../adapters/postgres/connection.ts'
import { CdbError } from '../domain/errors.ts'

/** Where the database is, from the environment. Throws CDB_CONFIG_INVALID. */
export function databaseSettingsOf(
  environment: Readonly<Record<string, string | undefined>>,
  applicationName: string,
): PostgresSettings {
  const { DATABASE_URL: url = '', DATABASE_PASSWORD_FILE: file = '' } = environment
  if (url === '') {
    throw new CdbError('CDB_CONFIG_INVALID', 'DATABASE_URL is not set', {
      mend: 'set it to postgres://USER@HOST:5432/DATABASE',
    })
  }
  if (file !== '' && !existsSync(file)) {
    throw new CdbError('CDB_CONFIG_INVALID', `DATABASE_PASSWORD_FILE ${file} is not there`)
  }
  return { url, passwordFile: file === '' ? null : file, applicationName, poolMax: 2 }
}
