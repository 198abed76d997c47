import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../engine/clock.ts'
import type { Environment } from './service-settings.ts'

export type ChildOptions = Readonly<{
  name: string
  /** Arguments of cdb. */
  argv: readonly string[]
  environment: Environment
  clock: Clock
  /** Every line that the child writes, on either stream. */
  onLine: (line: string) => void
  /** The child was started again, or is given up: then `why` is its end. */
  onEnd: (why: string, isFinal: boolean) => void
}>

/** A child process that is started again when it dies. */
export type SupervisedChild = Readonly<{
  name: string
  restarts(): number
  pid(): number
  /** SIGTERM, and SIGKILL when that is not heeded; it is not started again. */
  stop(): Promise<void>
}>

/**
 * How Node.js runs a service. What a service hears is forgotten at once: with more room Node.js lets garbage
 * pile up to several times the memory that a service needs. The image has the same in its NODE_OPTIONS.
 */
export const serviceNodeOptions = ['--max-semi-space-size=4'] as const

const CDB = fileURLToPath(new URL('cdb.ts', import.meta.url))
const PAUSE_MS = 1_000
const STOP_MS_MAX = 25_000
/** A child that lived for less dies of what a new start does not mend. */
const GOOD_MS = 10_000
const RESTARTS_MAX = 10

export function superviseChild(options: ChildOptions): SupervisedChild {
  const state = { child: launch(options), restarts: 0, isStopping: false }
  const abort = new AbortController()
  const done = follow(options, state, abort.signal)
  return {
    name: options.name,
    restarts: () => state.restarts,
    pid: () => state.child.pid ?? 0,
    async stop() {
      state.isStopping = true
      abort.abort()
      state.child.kill('SIGTERM')
      const late = setTimeout(() => {
        state.child.kill('SIGKILL')
      }, STOP_MS_MAX)
      await done
      clearTimeout(late)
    },
  }
}

type State = { child: ChildProcess; restarts: number; isStopping: boolean }

async function follow(options: ChildOptions, state: State, signal: AbortSignal): Promise<void> {
  const { clock, onEnd } = options
  let failures = 0
  for (;;) {
    const startMs = clock.monotonicMs()
    const why = await endOf(state.child)
    if (state.isStopping) return
    failures = clock.monotonicMs() - startMs >= GOOD_MS ? 0 : failures + 1
    // A first start that fails by itself is a matter of settings; one that was killed is not.
    const isHopeless = state.restarts === 0 && failures > 0 && why.startsWith('exit code')
    if (isHopeless || failures >= RESTARTS_MAX) {
      onEnd(why, true)
      return
    }
    onEnd(why, false)
    await clock.sleep(PAUSE_MS, signal)
    if (signal.aborted) return
    state.restarts += 1
    state.child = launch(options)
  }
}

/** The child has a process group of its own, so that Ctrl-C reaches it through the supervisor alone. */
function launch({ argv, environment, onLine }: ChildOptions): ChildProcess {
  const child = spawn(process.execPath, [...serviceNodeOptions, CDB, ...argv], {
    env: environment,
    // The channel says nothing: its end tells the child that we are gone.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  })
  const listen = (stream: Readable): void => {
    createInterface({ input: stream }).on('line', onLine)
  }
  if (child.stdout !== null) listen(child.stdout)
  if (child.stderr !== null) listen(child.stderr)
  return child
}

const endOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('close', (code, signal) => {
      resolve(signal === null ? `exit code ${code ?? 0}` : signal)
    })
    child.once('error', (error) => {
      resolve(error.message)
    })
  })
