import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { endOf } from '../servers/end-of.ts'

/** A process of the test cluster, with what it said in a file of its own. */
export type Program = Readonly<{
  name: string
  /** That of the program itself, which has taken the place of what started it; 0 when it could not start. */
  pid: number
  logPath: string
  isRunning(): boolean
  /** The end of what it said, for an error. */
  lastWords(): string
  stop(): Promise<void>
}>

export type ProgramOptions = Readonly<{
  name: string
  file: string
  args: readonly string[]
  /** Where its log is written. */
  folder: string
  env?: Readonly<Record<string, string>>
  /** What it ends by, SIGTERM if nothing is said. */
  endSignal?: NodeJS.Signals
}>

const LAST_CHARS = 3_000
const STOP_MS_MAX = 10_000

/** Has the kernel kill a program when this process is gone, whatever ended it. */
const LEASH = process.platform === 'linux' ? ['setpriv', '--pdeathsig=KILL'] : ['env']

const running = new Set<ChildProcess>()

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a program that runs until it is stopped, at the latest with this process. */
export function startProgram(options: ProgramOptions): Program {
  const { name, file, args, folder, env, endSignal = 'SIGTERM' } = options
  const logPath = join(folder, `${name}.log`)
  const log = openSync(logPath, 'a')
  const [leash = file, ...words] = [...LEASH, file, ...args]
  const child = spawn(leash, words, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  // One that cannot be started has fallen like one that has ended.
  child.once('error', () => undefined)
  running.add(child)
  return {
    ...{ name, logPath, pid: child.pid ?? 0 },
    isRunning: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    lastWords: () => `${name}: ${readFileSync(logPath, 'utf8').slice(-LAST_CHARS)}`,
    async stop() {
      await stop(child, endSignal)
      running.delete(child)
    },
  }
}

/** Asks it to end; what does not end in time is killed. */
async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined) return
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX)
  await endOf(child, signal)
  clearTimeout(late)
}
