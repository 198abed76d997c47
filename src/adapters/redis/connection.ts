import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import { CdbError } from '../../domain/errors.ts'
import { redisError } from './redis-error.ts'
import { parseRedisUrl, readRedisAuthority, readRedisPassword } from './redis-url.ts'
import type { RedisSettings } from './redis-url.ts'

/** One connection: its commands are answered in the order in which they were given. */
export type RedisLine = Readonly<{
  /**
   * Runs commands. Throws CDB_REDIS_UNREACHABLE at once while the connection is down, CDB_REDIS_REFUSED and
   * CDB_REDIS_FULL. No command is ever sent twice.
   */
  run<T>(work: (client: Redis) => Promise<T>): Promise<T>
}>

/** Redis as a service sees it; a lost connection is made again by itself. */
export type RedisConnection = RedisLine &
  Readonly<{
    /** Another connection, for reads that wait; it is made when first used. */
    line(): RedisLine
    /** Why Redis cannot be used now; empty when it can. */
    problem(): string
    close(): Promise<void>
  }>

export type RedisExtras = Readonly<{
  /** False: an unreachable Redis at the start is no error, and is used once it is there. */
  mustAnswer?: boolean
  /** Told when the problem changes; empty when Redis can be used again. */
  onProblem?: (problem: string) => void
}>

/** No read may wait in Redis for longer, so that COMMAND_MS_MAX finds every server that is frozen. */
export const BLOCK_MS_MAX = 1_000
const COMMAND_MS_MAX = 2_500
const CONNECT_MS_MAX = 2_500
/** A server that does not even take leave is left. */
const DISCONNECT_MS_MAX = 250
const RETRY_MS_MAX = 1_000

type State = {
  problem: string
  /** Redis answers, but is not fit for use. */
  refusal: CdbError | null
  closed: boolean
  readonly clients: Set<Redis>
}

/**
 * Connects to Redis and checks that it evicts nothing. Throws CDB_CONFIG_INVALID, CDB_REDIS_REFUSED, and
 * CDB_REDIS_UNREACHABLE where it must answer.
 */
export async function connectRedis(
  settings: RedisSettings,
  { mustAnswer = true, onProblem = () => undefined }: RedisExtras = {},
): Promise<RedisConnection> {
  const options = optionsOf(settings)
  const state: State = { problem: '', refusal: null, closed: false, clients: new Set() }
  const say = (problem: string): void => {
    if (state.closed || problem === state.problem) return
    state.problem = problem
    onProblem(problem)
  }
  const main = createLine({ options, settings, state, say })
  const close = async (): Promise<void> => {
    state.closed = true
    await Promise.all([...state.clients].map(endOf))
    state.clients.clear()
  }
  try {
    await main.run((client) => admit(client, state, say))
    if (state.refusal !== null) throw state.refusal
  } catch (error) {
    const known = redisError(error)
    if (mustAnswer || known.code !== 'CDB_REDIS_UNREACHABLE') {
      await close()
      throw known
    }
    say(known.message)
  }
  return {
    run: main.run,
    line: () => createLine({ options, settings, state, say }),
    problem: () => state.problem,
    close,
  }
}

type LineOptions = Omit<RedisOptions, 'protocol' | 'replyMapping'>

const optionsOf = (settings: RedisSettings): LineOptions => {
  const { host, port, database, username, tls } = parseRedisUrl(settings)
  return {
    ...{ host, port, db: database, username },
    lazyConnect: true,
    connectionName: settings.clientName,
    disableClientInfo: true,
    connectTimeout: CONNECT_MS_MAX,
    commandTimeout: COMMAND_MS_MAX,
    disconnectTimeout: DISCONNECT_MS_MAX,
    // A command that met no connection, or whose connection broke, fails; who gave it knows what that means.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    maxLoadingRetryTime: 500,
    // After a failover the old primary takes no writes: the next connection finds the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...credentials(settings, tls),
  }
}

const credentials = (settings: RedisSettings, tls: boolean): LineOptions => {
  const password = readRedisPassword(settings)
  const ca = readRedisAuthority(settings)
  return {
    ...(password === '' ? {} : { password }),
    ...(tls ? { tls: ca === null ? {} : { ca } } : {}),
  }
}

type Frame = Readonly<{
  options: LineOptions
  settings: RedisSettings
  state: State
  say: (problem: string) => void
}>

type Line = { client: Redis | null; lineError: Error | null; opening: Promise<void> | null }

function createLine(frame: Frame): RedisLine {
  const line: Line = { client: null, lineError: null, opening: null }
  return {
    async run(work) {
      if (frame.state.closed) throw redisError(new Error('Connection is closed.'))
      line.client ??= openClient(frame, line)
      try {
        await line.opening
        if (frame.state.refusal !== null) throw frame.state.refusal
        return await work(line.client)
      } catch (error) {
        throw redisError(error, line.lineError)
      }
    },
  }
}

function openClient(frame: Frame, line: Line): Redis {
  const { options, settings, state, say } = frame
  const client: Redis = new Redis({
    ...options,
    protocol: 2,
    replyMapping: 'legacy',
    retryStrategy: (times) => {
      // Secrets may have been changed meanwhile. Where they cannot be read now, those of before are tried.
      try {
        Object.assign(client.options, credentials(settings, options.tls !== undefined))
      } catch (error) {
        line.lineError = redisError(error)
      }
      return Math.min(25 * 2 ** Math.min(times, 10), RETRY_MS_MAX) * (0.5 + Math.random() / 2)
    },
  })
  state.clients.add(client)
  // Without a listener an error of the connection would be printed by the library.
  client.on('error', (error: Error) => {
    line.lineError = error
    say(redisError(error).message)
  })
  client.on('close', () => {
    say(redisError(line.lineError ?? new Error('the connection was closed')).message)
  })
  client.on('ready', () => {
    line.lineError = null
    admit(client, state, say).catch((error: unknown) => {
      say(redisError(error).message)
    })
  })
  line.opening = client.connect().catch((error: unknown) => {
    line.lineError ??= error instanceof Error ? error : new Error(String(error))
  })
  return client
}

/** Whether this server may be used, asked at every new connection: it may be another one than before. */
async function admit(client: Redis, state: State, say: (problem: string) => void): Promise<void> {
  state.refusal = refusalOf(await client.info('memory'), await client.info('server'))
  say(state.refusal?.message ?? '')
}

function refusalOf(memory: string, server: string): CdbError | null {
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'unknown'
  if (policy !== 'noeviction') {
    const mend = 'set maxmemory-policy noeviction in redis.conf, and start Redis again'
    const message = `Redis drops keys when its memory is full: its maxmemory-policy is ${policy}`
    return new CdbError('CDB_REDIS_REFUSED', message, { mend })
  }
  const version = /^redis_version:(\d+)(\S*)/m.exec(server)
  if (Number(version?.[1] ?? 0) >= 7) return null
  return new CdbError('CDB_REDIS_REFUSED', `Redis is too old: ${version?.[0].slice(14) ?? 'no version'}`, {
    mend: 'use Redis 7.0 or newer',
  })
}

const endOf = (client: Redis): Promise<void> =>
  new Promise((resolve) => {
    const isOpen = ['connecting', 'connect', 'ready'].includes(client.status)
    client.once('end', () => {
      resolve()
    })
    client.disconnect()
    // A client between two attempts says nothing of its end.
    if (!isOpen) resolve()
  })
