import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aclFile, redisUsers } from '../../adapters/redis/acl.ts'
import { CdbError } from '../../domain/errors.ts'
import type { CliCommand } from '../command.ts'
import { exitCodes, textOption } from '../command.ts'

export const redisAcl: CliCommand = {
  name: 'redis-acl',
  summary: 'write the file of users that Redis gives each service its rights by',
  help: `Usage: cdb redis-acl --passwords DIR [--output FILE]

Prints an ACL file for Redis: one user a service with the keys and commands that it needs, the user "default" off.
The file holds hashes, no passwords.

Options:
  --passwords DIR  folder with a file for each user, which holds the password:
                   ${redisUsers.join(', ')}
  --output FILE    write it there, readable for the owner and the group, and print nothing

Examples:
  cdb redis-acl --passwords /run/secrets/redis > users.acl
  cdb redis-acl --passwords /run/secrets/redis --output /run/redis/users.acl
`,
  options: { passwords: { type: 'string' }, output: { type: 'string' } },
  run(terminal, args) {
    const folder = textOption(args, 'passwords')
    if (folder === undefined || args.positionals.length > 0) {
      throw new CdbError('CDB_USAGE', 'redis-acl needs --passwords DIR, and takes no argument', {
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
    const output = textOption(args, 'output')
    if (output === undefined) terminal.stdout.write(text)
    else write(output, text)
    return Promise.resolve(exitCodes.ok)
  },
}

const MODE = 0o640

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: MODE })
  } catch (cause) {
    throw new CdbError('CDB_FILE_UNREADABLE', `--output ${path} cannot be written`, {
      mend: 'name a file in a folder that is there and may be written',
      cause,
    })
  }
}
