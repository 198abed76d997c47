import { CdbError } from '../../src/domain/errors.ts'
import type { ErrorCode } from '../../src/domain/errors.ts'
import type { ServiceBase } from '../../src/engine/service.ts'
import type { Process, Scheduler } from './scheduler.ts'

/** A service's function, given what every service is given and the ports of its process. */
export type RunService = (base: Omit<ServiceBase, 'leases'>, process: Process) => Promise<void>

/** One place in the deployment: a process at a time, and a new one soon after each has ended. */
export type Replica = Readonly<{
  role: string
  name: string
  process(): Process
  kill(): void
  /** As by SIGTERM. */
  stop(): void
}>

export type ReplicaOptions = Readonly<{
  scheduler: Scheduler
  role: string
  letter: string
  run: RunService
  telemetry: ServiceBase['telemetry']
  skewMs: number
  /** Time from the end of a process to the next. */
  restartMs: () => number
  onFatal: (error: unknown) => void
  onEnd: (code: string) => void
}>

/** The process wrapper starts a service anew after these; anything else is a fault of the program. */
const restartCodes: readonly ErrorCode[] = [
  'CDB_FENCED',
  'CDB_LOG_CONFLICT',
  'CDB_COMMIT_UNKNOWN',
  'CDB_DATABASE_UNREACHABLE',
  'CDB_REDIS_UNREACHABLE',
  'CDB_VENUE_UNREACHABLE',
  'CDB_FEED_LOST',
]

type Running = Readonly<{ process: Process; controller: AbortController }>

export function startReplica(options: ReplicaOptions): Replica {
  const { scheduler, role, letter, telemetry } = options
  const name = `${role}-${letter}`
  let generation = 0
  let running: Running = start()

  function start(): Running {
    generation += 1
    const owner = `${name}${generation}`
    const process = scheduler.createProcess(owner)
    process.skew(options.skewMs)
    const controller = new AbortController()
    const base = { owner, partition: 0, clock: process.clock, telemetry, signal: controller.signal }
    scheduler.at(scheduler.nowMs(), () => {
      if (process.state() === 'running') void follow(process, options.run(base, process), controller.signal)
    })
    return { process, controller }
  }

  async function follow(process: Process, work: Promise<void>, asked: AbortSignal): Promise<void> {
    try {
      await work
      ended(process, 'returned')
      if (!asked.aborted) options.onFatal(new Error(`${process.name} returned unasked`))
    } catch (error) {
      ended(process, error instanceof CdbError ? error.code : String(error))
      const isExpected = error instanceof CdbError && restartCodes.includes(error.code)
      if (!isExpected) options.onFatal(error)
    }
  }

  function ended(process: Process, how: string): void {
    scheduler.note(`${process.name} has ended: ${how}`)
    options.onEnd(how)
    process.kill()
    startAgain()
  }

  function startAgain(): void {
    scheduler.at(scheduler.nowMs() + options.restartMs(), () => {
      running = start()
    })
  }

  return {
    role,
    name,
    process: () => running.process,
    kill() {
      if (running.process.state() === 'dead') return
      running.process.kill()
      startAgain()
    },
    stop() {
      if (running.process.state() === 'running') running.controller.abort()
    },
  }
}
