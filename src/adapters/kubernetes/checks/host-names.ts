import { isRecord } from '../value.ts'
import type { Value } from '../value.ts'
import { embeddedValue, isStructured } from './embedded-document.ts'

/** A host that a configuration names. */
export type HostName = Readonly<{
  host: string
  /** Null where none is written and the scheme has none of its own. */
  port: number | null
  /** Where it stands: `DATABASE_URL`, `prometheus.yml`, `args`. */
  where: string
}>

/** Ports that go without saying. */
const SCHEME_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  redis: 6379,
  rediss: 6379,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  amqp: 5672,
  nats: 4222,
  mongodb: 27017,
}

const URL_PATTERN =
  /\b([a-z][a-z0-9+.-]{0,20}):\/\/(?:[^\s/@"'<>]*@)?([A-Za-z0-9._-]+)(?::(\d{1,5}))?(?=[/?#\s"'`,;)\]}]|$)/g
const HOST_PATTERN = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::(\d{1,5}))?$/
const HOST_VARIABLE =
  /(?:^|_|^PG)(?:HOST|HOSTNAME|HOSTADDR|ADDR|ADDRESS|ADDRESSES|SERVER|SERVERS|BROKERS|ENDPOINT)$/
const HOST_KEY = /(?:^|[_-])(?:host|hostname|addr|address|server|smarthost)$/i
const HOST_FLAG = /^--?(?:[a-z0-9.]+[-.])*(?:host|hostname|addr|address|server)$/
const HOST_PROGRAM = /(?:^|\/)(?:pg_[a-z]+|psql|createdb|redis-cli|mysql|mongosh)$/

/** Hosts that one variable, or one file of a ConfigMap, names. */
export function hostNamesIn(name: string, value: string): readonly HostName[] {
  if (isStructured(name)) return hostsInValue(name, embeddedValue(value))
  if (name.includes('.')) return urlHosts(name, withoutCommentLines(value))
  const urls = urlHosts(name, value)
  if (urls.length > 0 || !HOST_VARIABLE.test(name)) return urls
  return value.split(',').flatMap((part) => plainHost(name, part.trim()))
}

/** Hosts that a command line names, by address, by flag or by `-h`. */
export function hostNamesInCommand(command: readonly string[]): readonly HostName[] {
  const words = command.flatMap((word) => word.split(/\s+/))
  const takesDashH = words.some((word) => HOST_PROGRAM.test(word))
  return words.flatMap((word, index) => {
    const urls = urlHosts('args', word)
    if (urls.length > 0) return urls
    const [flag, joined] = splitFlag(word)
    if (flag === '-h' ? !takesDashH : !isHostFlag(flag)) return []
    return plainHost('args', joined ?? words[index + 1] ?? '')
  })
}

function splitFlag(word: string): readonly [string, string?] {
  const equals = word.indexOf('=')
  return equals > 0 ? [word.slice(0, equals), word.slice(equals + 1)] : [word]
}

/** What a program listens on is its own address, not one that it looks for. */
const isHostFlag = (flag: string): boolean => HOST_FLAG.test(flag) && !/listen|bind/.test(flag)

function urlHosts(where: string, text: string): readonly HostName[] {
  return [...text.matchAll(URL_PATTERN)].map(([, scheme = '', host = '', port]) => ({
    host,
    port: port === undefined ? (SCHEME_PORTS[scheme] ?? null) : Number(port),
    where,
  }))
}

function plainHost(where: string, text: string): readonly HostName[] {
  const match = HOST_PATTERN.exec(text)
  if (match === null) return []
  return [{ host: match[1] ?? '', port: match[2] === undefined ? null : Number(match[2]), where }]
}

/** Addresses anywhere, and plain hosts where a key promises one: `targets`, `smtp_smarthost`. */
function hostsInValue(where: string, value: Value | undefined, key = ''): readonly HostName[] {
  if (typeof value === 'string') {
    const urls = urlHosts(where, value)
    return urls.length === 0 && HOST_KEY.test(key) ? plainHost(where, value) : urls
  }
  if (Array.isArray(value)) {
    const each = value as readonly Value[]
    return each.flatMap((entry) =>
      key === 'targets' && typeof entry === 'string'
        ? plainHost(where, entry)
        : hostsInValue(where, entry, key),
    )
  }
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, entry]) => hostsInValue(where, entry, name))
}

const withoutCommentLines = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^\s*(?:#|;|--|\/\/)/.test(line))
    .join('\n')
