import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../src/engine/clock.ts'
import type { Random } from '../../src/engine/random.ts'

/** A simulated process: all that reaches it or leaves it goes by the scheduler. */
export type Process = Readonly<{
  name: string
  clock: Clock
  /** The process ends as by kill -9: nothing that it waits for ever comes. */
  kill(): void
  /** As by SIGSTOP: what it waits for is held. */
  pause(): void
  resume(): void
  state(): ProcessState
  /** Sets its wall clock apart from the venue's. */
  skew(ms: number): void
}>

export type ProcessState = 'running' | 'paused' | 'dead'

/** One call of a port by a process, before it leaves. */
export type PortCall = Readonly<{ number: number; process: Process; port: string; method: string }>

/** What is to become of a call: how long it travels, and what is lost. */
export type CallFate = Readonly<{
  requestMs: number
  replyMs: number
  /** Thrown in place of the effect, or after it. */
  failBefore?: Error
  failAfter?: Error
  /** The process is stopped before the call leaves, with it on its way, or after its effect. */
  at?: Readonly<{ point: 'before' | 'sent' | 'after'; stop: (process: Process) => void }>
}>

export type Scheduler = Readonly<{
  nowMs(): number
  /** The clock of the world: servers and scripts. */
  clock: Clock
  createProcess(name: string): Process
  /** Sends a call: the effect happens at the server, the outcome travels back. */
  call<T>(call: Omit<PortCall, 'number'>, effect: () => Promise<T>): Promise<T>
  /** Runs an action of the world's script. */
  at(timeMs: number, action: () => void): void
  /** Runs all that is due up to a time, one at a time. */
  run(untilMs: number): Promise<void>
  /** Writes a line into the trace. */
  note(line: string): void
  /** SHA-256 of the trace so far. */
  traceHash(): string
  /** The newest lines of the trace. */
  tail(): readonly string[]
  calls(): number
  failure(): Error | null
}>

type Task = Readonly<{ dueMs: number; tie: number; order: number; run: () => void }>

type State = {
  readonly random: Random
  readonly fateOf: (call: PortCall) => CallFate
  readonly tasks: Task[]
  readonly hash: ReturnType<typeof createHash>
  readonly tail: string[]
  nowMs: number
  order: number
  calls: number
  failure: Error | null
}

const TAIL_LINES = 400
/** More than this many steps within one run is a loop that time does not pass in. */
const STEPS_MAX = 3_000_000

/**
 * Virtual time, and one order of all that happens in it: of what is due at the same time the seed picks the
 * next, and everything that follows from it at once is finished before the one after.
 */
export function createScheduler(
  options: Readonly<{ startMs: number; random: Random; fateOf: (call: PortCall) => CallFate }>,
): Scheduler {
  const state: State = {
    random: options.random,
    fateOf: options.fateOf,
    tasks: [],
    hash: createHash('sha256'),
    tail: [],
    nowMs: options.startMs,
    order: 0,
    calls: 0,
    failure: null,
  }
  return {
    nowMs: () => state.nowMs,
    clock: clockOf(state, options.startMs, { deliver: (run) => run(), skewMs: () => 0 }),
    createProcess: (name) => createProcess(state, options.startMs, name),
    call: (call, effect) => send(state, { ...call, number: ++state.calls }, effect),
    at: (timeMs, action) => schedule(state, timeMs, action),
    run: (untilMs) => run(state, untilMs),
    note: (line) => note(state, line),
    traceHash: () => state.hash.copy().digest('hex'),
    tail: () => state.tail,
    calls: () => state.calls,
    failure: () => state.failure,
  }
}

function note(state: State, line: string): void {
  const text = `${state.nowMs} ${line}`
  state.hash.update(`${text}\n`)
  state.tail.push(text)
  if (state.tail.length > 2 * TAIL_LINES) state.tail.splice(0, TAIL_LINES)
}

/** A binary heap by due time, then by the seed's choice. */
function schedule(state: State, dueMs: number, run: () => void): void {
  const { tasks } = state
  const task: Task = { dueMs: Math.max(dueMs, state.nowMs), tie: state.random(), order: state.order++, run }
  let at = tasks.push(task) - 1
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = tasks[above]
    if (parent === undefined || !isEarlier(task, parent)) break
    tasks[at] = parent
    at = above
  }
  tasks[at] = task
}

function takeFirst(tasks: Task[]): Task | undefined {
  const first = tasks[0]
  const last = tasks.pop()
  if (first === undefined || last === undefined || tasks.length === 0) return first
  let at = 0
  for (;;) {
    const left = tasks[2 * at + 1]
    const right = tasks[2 * at + 2]
    if (left === undefined) break
    const isRight = right !== undefined && isEarlier(right, left)
    const child = isRight ? right : left
    if (!isEarlier(child, last)) break
    tasks[at] = child
    at = 2 * at + (isRight ? 2 : 1)
  }
  tasks[at] = last
  return first
}

const isEarlier = (task: Task, other: Task): boolean =>
  task.dueMs - other.dueMs < 0 ||
  (task.dueMs === other.dueMs &&
    (task.tie < other.tie || (task.tie === other.tie && task.order < other.order)))

async function run(state: State, untilMs: number): Promise<void> {
  await setImmediate()
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    const next = state.tasks[0]
    if (next === undefined || next.dueMs > untilMs || state.failure !== null) {
      state.nowMs = Math.max(state.nowMs, untilMs)
      return
    }
    takeFirst(state.tasks)
    state.nowMs = next.dueMs
    next.run()
    await setImmediate()
  }
  state.failure = new Error(`more than ${STEPS_MAX} steps before ${untilMs}`)
}

type Delivery = Readonly<{ deliver: (run: () => void) => void; skewMs: () => number }>

function clockOf(state: State, startMs: number, { deliver, skewMs }: Delivery): Clock {
  return {
    nowMs: () => state.nowMs + skewMs(),
    // With parts of a millisecond, as on a machine.
    monotonicMs: () => state.nowMs - startMs + ((state.nowMs * 7) % 10) / 10,
    sleep: (ms, signal) =>
      signal?.aborted === true
        ? Promise.resolve()
        : new Promise((resolve) => {
            let isOver = false
            const wake = (): void => {
              if (isOver) return
              isOver = true
              signal?.removeEventListener('abort', wake)
              resolve()
            }
            signal?.addEventListener('abort', wake, { once: true })
            schedule(state, state.nowMs + Math.max(0, Math.ceil(ms)), () => {
              if (!isOver) deliver(wake)
            })
          }),
  }
}

function createProcess(state: State, startMs: number, name: string): Process {
  const held: (() => void)[] = []
  let now: ProcessState = 'running'
  let skewMs = 0
  const deliver = (wake: () => void): void => {
    if (now === 'running') wake()
    else if (now === 'paused') held.push(wake)
  }
  const process: Process = {
    name,
    clock: clockOf(state, startMs, { deliver, skewMs: () => skewMs }),
    kill() {
      if (now !== 'dead') note(state, `${name} is killed`)
      now = 'dead'
      held.length = 0
    },
    pause() {
      if (now !== 'running') return
      now = 'paused'
      note(state, `${name} is paused`)
    },
    resume() {
      if (now !== 'paused') return
      now = 'running'
      note(state, `${name} goes on`)
      for (const wake of held.splice(0)) schedule(state, state.nowMs, () => deliver(wake))
    },
    state: () => now,
    skew(ms) {
      skewMs = ms
    },
  }
  delivery.set(process, deliver)
  return process
}

const delivery = new WeakMap<Process, (wake: () => void) => void>()

type Outcome<T> = Readonly<{ value: T }> | Readonly<{ error: unknown }>

/** A process that is stopped while it runs on to its next wait sends nothing more. */
function send<T>(state: State, call: PortCall, effect: () => Promise<T>): Promise<T> {
  const { process } = call
  const name = `${process.name} ${call.port}.${call.method}`
  return new Promise<T>((resolve, reject) => {
    const travel = (): void => {
      const fate = state.fateOf(call)
      if (fate.at?.point === 'before') {
        fate.at.stop(process)
        if (process.state() !== 'running') {
          delivery.get(process)?.(travel)
          return
        }
      }
      schedule(state, state.nowMs + fate.requestMs, () => {
        void perform(state, fate, effect).then((outcome) => {
          note(state, `#${call.number} ${name} ${outcomeText(outcome)}`)
          schedule(state, state.nowMs + fate.replyMs, () => {
            if (fate.at?.point === 'after') fate.at.stop(process)
            delivery.get(process)?.(() => {
              if ('value' in outcome) resolve(outcome.value)
              else reject(outcome.error instanceof Error ? outcome.error : new Error(String(outcome.error)))
            })
          })
        })
      })
      if (fate.at?.point === 'sent') fate.at.stop(process)
    }
    if (process.state() === 'running') travel()
    else delivery.get(process)?.(travel)
  })
}

async function perform<T>(state: State, fate: CallFate, effect: () => Promise<T>): Promise<Outcome<T>> {
  if (fate.failBefore !== undefined) return { error: fate.failBefore }
  try {
    const value = await effect()
    return fate.failAfter === undefined ? { value } : { error: fate.failAfter }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) {
      state.failure ??= error instanceof Error ? error : new Error(String(error))
    }
    return { error }
  }
}

const outcomeText = (outcome: Outcome<unknown>): string => {
  if ('error' in outcome) {
    const { error } = outcome
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
  const { value } = outcome
  if (Array.isArray(value)) return `[${value.length}]`
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return `${value}`
  if (typeof value !== 'object' || value === null) return '-'
  return 'kind' in value && typeof value.kind === 'string' ? value.kind : 'ok'
}
