import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { CdbError } from '../../domain/errors.ts'

/** Users of Redis: one a service, and one that sets it up. */
export const redisUsers = ['ws', 'signal', 'risk', 'execution', 'db-writer', 'migrate'] as const
export type RedisUser = (typeof redisUsers)[number]

/** What the client itself sends when it connects. */
const CONNECTING = '+info +ping +hello +select +client|setname'
const READ_MARKET = '%R~md:* +xread +xrevrange'
const WIRE = '%RW~log:* +xread +xadd'

/**
 * Keys and commands of each user. A function runs with the rights of its caller, so that ws needs XADD beside
 * FCALL; and it loads the functions itself, for a Redis that was replaced has none.
 */
const rights: Readonly<Record<RedisUser, string>> = {
  ws: '~md:* +fcall +xadd +xrevrange +function|load',
  signal: `${READ_MARKET} ${WIRE}`,
  risk: WIRE,
  execution: WIRE,
  'db-writer': `${READ_MARKET} ${WIRE} +xinfo|stream +xtrim +unlink`,
  migrate: '+function|load +function|list',
}

/**
 * Content of a file of users for `aclfile`, with hashes in place of passwords; each password is read from a
 * file. Nobody may flush, configure, debug, list keys or run scripts. Throws CDB_CONFIG_INVALID.
 */
export const aclFile = (passwordFiles: Readonly<Record<RedisUser, string>>): string =>
  ['user default off resetkeys resetchannels -@all', ...redisUsers.map((user) => lineOf(user, passwordFiles))]
    .map((line) => `${line}\n`)
    .join('')

const lineOf = (user: RedisUser, passwordFiles: Readonly<Record<RedisUser, string>>): string =>
  [
    `user ${user} on #${hashOf(readPassword(user, passwordFiles[user]))}`,
    `resetkeys resetchannels -@all ${CONNECTING} ${rights[user]}`,
  ].join(' ')

const hashOf = (password: string): string => createHash('sha256').update(password).digest('hex')

function readPassword(user: RedisUser, path: string): string {
  const mend = 'write one line into it, which this user alone knows'
  try {
    const password = readFileSync(path, 'utf8').trim()
    if (password !== '') return password
  } catch (cause) {
    const message = `the password file of Redis user ${user}, ${path}, cannot be read`
    throw new CdbError('CDB_CONFIG_INVALID', message, { mend, cause })
  }
  throw new CdbError('CDB_CONFIG_INVALID', `the password file of Redis user ${user}, ${path}, is empty`, {
    mend,
  })
}
