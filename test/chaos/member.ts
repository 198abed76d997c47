import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { serviceNodeOptions } from '../../src/cli/supervised-child.ts'
import type { Role } from '../../src/engine/lease.ts'

const entryPoint = join(import.meta.dirname, '..', '..', 'src', 'cli', 'cdb.ts')

/** One replica of a service as a process that is started again whenever it ends. */
export type Member = Readonly<{
  role: Role
  /** `risk-1`: how its leases begin. */
  name: string
  /** Of the process that runs or ran last. */
  pid(): number
  /** Kills it with SIGKILL; it comes back by itself. */
  kill(): void
  signal(name: NodeJS.Signals): void
  /** Ends it for good, as an orchestrator would. */
  stop(): Promise<number | null>
  /** Exits that nobody asked for. */
  crashes(): readonly string[]
}>

export type MemberOptions = Readonly<{
  role: Role
  index: number
  environment: NodeJS.ProcessEnv
  logFolder: string
  /** How long it stays away after an end. */
  restartMs: () => number
}>

export function startMember({ role, index, environment, logFolder, restartMs }: MemberOptions): Member {
  const name = `${role}-${index}`
  const output = createWriteStream(join(logFolder, `${name}.log`), { flags: 'a' })
  const crashes: string[] = []
  let isStopping = false
  let isKilled = false
  let timer: NodeJS.Timeout | null = null
  let child: ChildProcess
  const start = (): void => {
    isKilled = false
    child = spawn(process.execPath, [...serviceNodeOptions, entryPoint, role], {
      env: { ...environment, CDB_REPLICA: name, CDB_HEALTH_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout?.pipe(output, { end: false })
    child.stderr?.pipe(output, { end: false })
    child.once('exit', (code, signal) => {
      if (!isStopping && !isKilled) crashes.push(`${name} exited with ${code ?? signal}`)
      if (!isStopping) timer = setTimeout(start, restartMs())
    })
  }
  start()
  return {
    role,
    name,
    kill() {
      isKilled = true
      child.kill('SIGKILL')
    },
    signal(wanted) {
      if (wanted !== 'SIGSTOP' && wanted !== 'SIGCONT') isKilled = true
      child.kill(wanted)
    },
    async stop() {
      isStopping = true
      if (timer !== null) clearTimeout(timer)
      const isRunning = child.exitCode === null && child.signalCode === null
      if (isRunning) {
        child.kill('SIGCONT')
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      output.end()
      return child.exitCode
    },
    pid: () => child.pid ?? 0,
    crashes: () => crashes,
  }
}
