import { readFileSync } from 'node:fs'
import { CdbError } from '../../domain/errors.ts'

export type RedisSettings = Readonly<{
  /** `redis://user:password@host:6379/0`; `rediss://` for TLS. */
  url: string
  /** Holds the password, in place of the one in the address; read again at every new connection. */
  passwordFile: string | null
  /** Authority that signed the certificate of Redis (PEM); null: those the system trusts. */
  caFile: string | null
  /** What CLIENT LIST shows. */
  clientName: string
}>

/** Where Redis is and as whom to ask. */
export type RedisAddress = Readonly<{
  host: string
  port: number
  database: number
  username: string
  tls: boolean
}>

const MEND = 'write redis://user@host:6379, or rediss:// for TLS'

/** Throws CDB_CONFIG_INVALID; its words never repeat the address, which may hold a password. */
export function parseRedisUrl({ url, caFile, passwordFile }: RedisSettings): RedisAddress {
  if (!URL.canParse(url)) throw invalid('the address of Redis cannot be read', MEND)
  const { protocol, hostname, port, pathname, username, password } = new URL(url)
  const tls = protocol === 'rediss:'
  if (!tls && protocol !== 'redis:') throw invalid(`the address of Redis begins with ${protocol}//`, MEND)
  if (hostname === '') throw invalid('the address of Redis names no host', MEND)
  if (!/^\/?\d{0,3}$/.test(pathname)) throw invalid('the database of Redis is not a number', MEND)
  if (caFile !== null && !tls) {
    throw invalid('a certificate authority is given for Redis, but its address is without TLS', MEND)
  }
  if (passwordFile !== null && password !== '') {
    throw invalid('Redis is given two passwords, in its address and as a file', 'leave one of them out')
  }
  return {
    // A literal address of IPv6 stands in brackets.
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 6379 : Number(port),
    database: Number(pathname.slice(1)),
    username: decodeURIComponent(username),
    tls,
  }
}

/** The password as it is now, from its file or the address; empty for none. Throws CDB_CONFIG_INVALID. */
export const readRedisPassword = ({ url, passwordFile }: RedisSettings): string =>
  passwordFile === null ? decodeURIComponent(new URL(url).password) : readSecret(passwordFile, 'password')

/** The authority's certificate as it is now; null for those the system trusts. Throws CDB_CONFIG_INVALID. */
export const readRedisAuthority = ({ caFile }: RedisSettings): string | null =>
  caFile === null ? null : readSecret(caFile, 'certificate authority')

function readSecret(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    throw invalid(`the file with the ${what} of Redis, ${path}, cannot be read`, 'check the path', cause)
  }
}

const invalid = (message: string, mend: string, cause?: unknown): CdbError =>
  new CdbError('CDB_CONFIG_INVALID', message, { mend, cause })
