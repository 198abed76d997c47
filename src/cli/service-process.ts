import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { startHealthServer } from '../adapters/http/health-server.ts'
import { systemClock } from '../adapters/system/clock.ts'
import { createTelemetry } from '../adapters/system/telemetry.ts'
import type { ServiceTelemetry } from '../adapters/system/telemetry.ts'
import { CdbError } from '../domain/errors.ts'
import type { ErrorCode } from '../domain/errors.ts'
import type { Clock } from '../engine/clock.ts'
import type { Role } from '../engine/lease.ts'
import type { Terminal } from './command.ts'
import { exitCodes } from './command.ts'
import type { ServiceSettings } from './service-settings.ts'

/** One life of a service within its process: from open adapters to closed ones. */
export type ServiceLife = Readonly<{
  role: Role
  settings: ServiceSettings
  telemetry: ServiceTelemetry
  clock: Clock
  owner: string
  /** Aborted: hand over and return. */
  signal: AbortSignal
}>

export type ServiceProcess = Readonly<{
  role: Role
  settings: ServiceSettings
  terminal: Terminal
  live: (life: ServiceLife) => Promise<void>
}>

/** Ports of the health servers. */
export const healthPorts: Readonly<Record<Role, number>> = {
  ws: 8000,
  signal: 8001,
  risk: 8002,
  execution: 8003,
  'db-writer': 8004,
}

/** What passes by itself: the service begins anew, with nothing in memory, and goes on from the database. */
const passing: readonly ErrorCode[] = [
  'CDB_FENCED',
  'CDB_LOG_CONFLICT',
  'CDB_COMMIT_UNKNOWN',
  'CDB_DATABASE_UNREACHABLE',
  'CDB_REDIS_UNREACHABLE',
  'CDB_REDIS_FULL',
  'CDB_DISK_FULL',
  'CDB_FEED_LOST',
  'CDB_VENUE_UNREACHABLE',
  'CDB_VENUE_REFUSED',
]
/** What a person mends: at the start it ends the process; later, as in a failover, it may pass. */
const passingOnceStarted: readonly ErrorCode[] = ['CDB_DATABASE_REFUSED', 'CDB_REDIS_REFUSED']

const BACKOFF_MS = 250
const BACKOFF_MS_MAX = 5_000
/** A life as long as this was a good one. */
const GOOD_MS = 60_000
/** The same trouble is told this seldom. */
const REPEAT_MS = 30_000
/** When told to stop, what does not return ends like this. */
const DRAIN_MS_MAX = 20_000

/**
 * Runs a service until it is told to stop, and returns the exit code. Trouble that passes begins it anew in
 * this process, and it is not ready meanwhile; all else is thrown.
 */
export async function runService({ role, settings, terminal, live }: ServiceProcess): Promise<number> {
  const owner = `${settings.replica ?? hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`
  const telemetry = createTelemetry({
    ...{ service: role, owner, level: settings.log.level },
    format: settings.log.format ?? (terminal.isTTY ? 'text' : 'json'),
    write: (line) => {
      terminal.stdout.write(line)
    },
  })
  telemetry.restarted()
  const { host, port } = settings.health
  const health = await startHealthServer({ host, port: port ?? healthPorts[role], source: telemetry })
  const { account, instrument } = settings
  telemetry.log('info', 'starts', { url: health.url, account, instrument: instrument.id, pid: process.pid })
  const drain = endWhenStuck(terminal.signal, telemetry)
  try {
    const life = { role, settings, telemetry, clock: systemClock, owner, signal: terminal.signal }
    await liveOn(life, live)
    telemetry.log('info', 'has stopped')
    return exitCodes.ok
  } finally {
    drain.end()
    await health.close()
  }
}

async function liveOn(life: ServiceLife, live: ServiceProcess['live']): Promise<void> {
  const { clock, telemetry, signal, owner } = life
  const told: Told = { code: null, atMs: -Infinity }
  let backoffMs = BACKOFF_MS
  let hasStarted = false
  const isStopping = (): boolean => signal.aborted
  for (let lives = 1; !isStopping(); lives++) {
    const startMs = clock.monotonicMs()
    telemetry.restarted()
    const onStarted = (): void => {
      hasStarted = true
    }
    try {
      await live({ ...life, owner: `${owner}-${lives}`, telemetry: watched(telemetry, onStarted) })
      if (!isStopping()) throw new CdbError('CDB_FENCED', 'the service returned before it was told to stop')
    } catch (error) {
      if (!passes(error, hasStarted)) throw error
      if (isStopping()) {
        telemetry.log('warn', 'the hand-over was not clean', { code: error.code, error: error.message })
        return
      }
      telemetry.ready('service', error.message)
      if (clock.monotonicMs() - startMs >= GOOD_MS) backoffMs = BACKOFF_MS
      tell(life, told, error)
      await clock.sleep(backoffMs, signal)
      backoffMs = Math.min(backoffMs * 2, BACKOFF_MS_MAX)
    }
  }
}

/** A service is taken as started once its adapters are open. */
const watched = (telemetry: ServiceTelemetry, onStarted: () => void): ServiceTelemetry => ({
  ...telemetry,
  ready(part, reason) {
    if (part === 'service' && reason === '') onStarted()
    telemetry.ready(part, reason)
  },
})

function passes(error: unknown, hasStarted: boolean): error is CdbError {
  if (!(error instanceof CdbError)) return false
  return passing.includes(error.code) || (hasStarted && passingOnceStarted.includes(error.code))
}

type Told = { code: ErrorCode | null; atMs: number }

function tell({ clock, telemetry }: ServiceLife, told: Told, { code, message, mend }: CdbError): void {
  const nowMs = clock.monotonicMs()
  if (code === told.code && nowMs - told.atMs < REPEAT_MS) return
  told.code = code
  told.atMs = nowMs
  telemetry.log('warn', 'begins anew', { code, error: message, ...(mend === '' ? {} : { mend }) })
}

/** A standby takes over what a stuck process holds; waiting longer only delays it. */
function endWhenStuck(signal: AbortSignal, telemetry: ServiceTelemetry): Readonly<{ end(): void }> {
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    telemetry.log('info', 'was told to stop')
    timer = setTimeout(() => {
      telemetry.log('error', `did not stop within ${DRAIN_MS_MAX / 1000} s`)
      process.exit(exitCodes.failed)
    }, DRAIN_MS_MAX)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    end() {
      signal.removeEventListener('abort', onAbort)
      clearTimeout(timer)
    },
  }
}
