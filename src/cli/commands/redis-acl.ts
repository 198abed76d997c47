import { join } from 'node:path'
import { aclFile, redisUsers } from '../../adapters/redis/acl.ts'
import { CdbError } from '../../domain/errors.ts'
import type { CliCommand } from '../command.ts'
import { exitCodes, textOption } from '../command.ts'

export const redisAcl: CliCommand = {
  name: 'redis-acl',
  summary: 'write the file of users that Redis gives each service its rights by',
  help: `Usage: cdb redis-acl --passwords DIR

Prints an ACL file for Redis: one user a service with the keys and commands that it needs, the user "default" off.
The file holds hashes, no passwords.

Options:
  --passwords DIR  folder with a file for each user, which holds the password:
                   ${redisUsers.join(', ')}

Examples:
  cdb redis-acl --passwords /run/secrets/redis > users.acl
`,
  options: { passwords: { type: 'string' } },
  run(terminal, args) {
    const folder = textOption(args, 'passwords')
    if (folder === undefined || args.positionals.length > 0) {
      throw new CdbError('CDB_USAGE', 'redis-acl needs --passwords DIR and nothing else', {
        mend: 'see: cdb redis-acl --help',
      })
    }
    const at = (user: (typeof redisUsers)[number]): string => join(folder, user)
    const text = aclFile({
      ws: at('ws'),
      signal: at('signal'),
      risk: at('risk'),
      execution: at('execution'),
      'db-writer': at('db-writer'),
      migrate: at('migrate'),
    })
    terminal.stdout.write(text)
    return Promise.resolve(exitCodes.ok)
  },
}
