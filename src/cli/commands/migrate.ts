import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPostgres } from '../../adapters/postgres/connection.ts'
import { createRoles, roleNames } from '../../adapters/postgres/roles.ts'
import type { RoleName } from '../../adapters/postgres/roles.ts'
import { migrate as migrateSchema, SCHEMA_VERSION } from '../../adapters/postgres/schema.ts'
import { CdbError } from '../../domain/errors.ts'
import type { CliCommand } from '../command.ts'
import { exitCodes, flagOption, textOption } from '../command.ts'
import { databaseSettingsOf } from '../database-settings.ts'

export const migrate: CliCommand = {
  name: 'migrate',
  summary: 'bring the database of the services to the schema of this version',
  help: `Usage: cdb migrate [--roles] [--passwords DIR] [--json]

Brings the PostgreSQL database that DATABASE_URL names to the schema of this version. It only adds, so that services
of the version before go on meanwhile; it may be run again, and by several at once; a newer schema is refused.

Options:
  --roles          make the roles ${roleNames.slice(0, 3).join(', ')}
                   ${roleNames.slice(3).join(', ')}, with the least rights each needs
  --passwords DIR  with --roles: a role with a file of its name in DIR may log in, by the password in it
  --json           print one JSON object: schema, roles

Environment:
  DATABASE_URL            postgres://USER@HOST:5432/DATABASE, of a user that owns the database
  DATABASE_PASSWORD_FILE  file with the password

Examples:
  cdb migrate
  cdb migrate --roles --passwords /run/secrets
`,
  options: { roles: { type: 'boolean' }, passwords: { type: 'string' }, json: { type: 'boolean' } },
  async run(terminal, args) {
    const folder = textOption(args, 'passwords')
    const wantsRoles = flagOption(args, 'roles')
    if (args.positionals.length > 0 || (folder !== undefined && !wantsRoles)) {
      throw new CdbError('CDB_USAGE', 'migrate takes no argument, and --passwords only with --roles', {
        mend: 'see: cdb migrate --help',
      })
    }
    const db = await openPostgres(databaseSettingsOf(process.env, 'cdb migrate'))
    try {
      await migrateSchema(db)
      if (wantsRoles) await createRoles(db, folder === undefined ? {} : passwordsIn(folder))
    } finally {
      await db.close()
    }
    const done = { schema: SCHEMA_VERSION, roles: wantsRoles }
    const words = `schema ${SCHEMA_VERSION}${wantsRoles ? ', roles made' : ''}\n`
    terminal.stdout.write(flagOption(args, 'json') ? `${JSON.stringify(done)}\n` : words)
    return exitCodes.ok
  },
}

function passwordsIn(folder: string): Readonly<Partial<Record<RoleName, string>>> {
  const passwords: Partial<Record<RoleName, string>> = {}
  for (const name of roleNames) {
    const file = join(folder, name)
    if (existsSync(file)) passwords[name] = readFileSync(file, 'utf8').trim()
  }
  return passwords
}
