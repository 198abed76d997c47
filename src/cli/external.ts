import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { systemClock } from '../adapters/system/clock.ts'
import { openPostgres } from '../adapters/postgres/connection.ts'
import { migrate } from '../adapters/postgres/schema.ts'
import { CdbError } from '../domain/errors.ts'
import { roles } from '../engine/lease.ts'
import type { CliArgs, Terminal } from './command.ts'
import { exitCodes, flagOption } from './command.ts'
import { databaseSettingsOf } from './database-settings.ts'
import { externalPlanOf } from './external-plan.ts'
import type { Environment } from './service-settings.ts'
import { superviseChild } from './supervised-child.ts'
import type { SupervisedChild } from './supervised-child.ts'
import { textTable } from './text-table.ts'

/** What the parent knows of its children. */
type Fleet = {
  readonly terminal: Terminal
  readonly children: SupervisedChild[]
  /** Of the health servers, by name, as the children told them. */
  readonly urls: Map<string, string>
  /** Why a child was given up; empty while none is. */
  failure: string
  readonly stop: AbortController
}

/** How long all services may take to be ready, before the table is printed as it stands. */
const READY_MS_MAX = 60_000
const POLL_MS = 500

/**
 * Runs the services as child processes against a PostgreSQL and a Redis that are there, until told to stop
 * or for a time (ms). Returns the exit code.
 */
export async function runExternal(terminal: Terminal, args: CliArgs, forMs: number | null): Promise<number> {
  const plan = externalPlanOf(args, process.env)
  const fleet: Fleet = {
    ...{ terminal, children: [], urls: new Map(), failure: '' },
    stop: new AbortController(),
  }
  const signal = AbortSignal.any([terminal.signal, fleet.stop.signal])
  await migrateDatabase(plan.environment)
  const startMs = systemClock.monotonicMs()
  try {
    const environment = { ...plan.environment, CDB_LOG_FORMAT: 'text' }
    if (plan.venueArgv !== null) {
      mkdirSync(plan.folder, { recursive: true })
      const port = await freePort()
      start(fleet, 'venue', [...plan.venueArgv, '--port', String(port)], process.env)
      Object.assign(environment, { CDB_VENUE_URL: `http://127.0.0.1:${port}` })
    }
    for (const role of roles) start(fleet, role, [role], environment)
    const isReady = await allReady(fleet, signal)
    terminal.stderr.write(`${isReady ? 'all services are ready' : 'not all services are ready'}\n`)
    terminal.stderr.write(`${(await statusTable(fleet)).join('\n')}\n`)
    await systemClock.sleep(forMs === null ? NEVER_MS : Math.max(0, forMs), signal)
    const services = await statusOf(fleet)
    if (fleet.failure !== '') throw new CdbError('CDB_CONFIG_INVALID', fleet.failure, { mend: MEND })
    if (flagOption(args, 'json')) {
      const seconds = Math.round((systemClock.monotonicMs() - startMs) / 1000)
      terminal.stdout.write(`${JSON.stringify({ seconds, services })}\n`)
    }
    return exitCodes.ok
  } finally {
    // In the order of the data, so that whatever is downstream can finish; the venue goes last.
    const [venue, ...services] = fleet.children
    const isVenue = venue?.name === 'venue'
    for (const child of isVenue ? services : fleet.children) await child.stop()
    if (isVenue) await venue.stop()
  }
}

const MEND = 'see its lines above'
/** The longest that a timer can be. */
const NEVER_MS = 2 ** 31 - 1

async function migrateDatabase(environment: Environment): Promise<void> {
  const db = await openPostgres(databaseSettingsOf(environment, 'cdb up'))
  try {
    await migrate(db)
  } finally {
    await db.close()
  }
}

function start(fleet: Fleet, name: string, argv: readonly string[], environment: Environment): void {
  const { stderr } = fleet.terminal
  const child = superviseChild({
    ...{ name, argv, environment, clock: systemClock },
    onLine(line) {
      const url = / starts url=(\S+)/.exec(line)?.[1]
      if (url !== undefined) fleet.urls.set(name, url)
      stderr.write(`${name.padEnd(9)} | ${line}\n`)
    },
    onEnd(why, isFinal) {
      stderr.write(`${name.padEnd(9)} | ended: ${why}${isFinal ? '' : '; is started again'}\n`)
      if (!isFinal) return
      fleet.failure = `${name} ended with ${why}`
      fleet.stop.abort()
    },
  })
  fleet.children.push(child)
}

type ChildStatus = Readonly<{ name: string; url: string; ready: boolean; pid: number; restarts: number }>

const statusOf = (fleet: Fleet): Promise<readonly ChildStatus[]> =>
  Promise.all(
    fleet.children
      .filter(({ name }) => name !== 'venue')
      .map(async (child) => ({
        name: child.name,
        url: fleet.urls.get(child.name) ?? '',
        ready: await isReadyAt(fleet.urls.get(child.name)),
        pid: child.pid(),
        restarts: child.restarts(),
      })),
  )

async function statusTable(fleet: Fleet): Promise<readonly string[]> {
  const rows = (await statusOf(fleet)).map(({ name, url, ready, pid, restarts }) => [
    ...[name, ready ? 'ready' : 'not ready', url, String(pid), String(restarts)],
  ])
  return textTable([['service', 'state', 'health', 'pid', 'restarts'], ...rows])
}

async function allReady(fleet: Fleet, signal: AbortSignal): Promise<boolean> {
  const untilMs = systemClock.monotonicMs() + READY_MS_MAX
  while (!signal.aborted && systemClock.monotonicMs() < untilMs) {
    if ((await statusOf(fleet)).every(({ ready }) => ready)) return true
    await systemClock.sleep(POLL_MS, signal)
  }
  return false
}

async function isReadyAt(url: string | undefined): Promise<boolean> {
  if (url === undefined) return false
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(POLL_MS * 2) })
    await response.body?.cancel()
    return response.ok
  } catch {
    // A child that has no server yet, or none any more, is not ready.
    return false
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
  })
