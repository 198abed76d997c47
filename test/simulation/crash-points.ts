import type { Command } from '../../src/domain/event.ts'
import type { OrderRequest } from '../../src/domain/order.ts'
import { createRandom } from '../../src/engine/random.ts'
import { enterLong, exitLong, scripted } from '../engine/scenario.ts'
import { createPorts } from './faulty-ports.ts'
import { brokenInvariants, isAtRest } from './invariants.ts'
import type { CallFate, PortCall, Process } from './scheduler.ts'
import { createWorld, START_MS } from './world.ts'
import type { World } from './world.ts'
import type { OrderFate } from './venue.ts'

export type CrashPoint = Readonly<{
  call: number
  /** Before the call leaves, or after its effect and before the reply has come. */
  point: 'before' | 'after'
  /** Killed as by kill -9, or paused until another has long acted in its place. */
  kind: 'kill' | 'pause'
}>

export type CrashResult = Readonly<{
  point: CrashPoint
  /** What was called there. */
  label: string
  violations: readonly string[]
}>

export type CrashSummary = Readonly<{
  calls: number
  points: number
  kills: number
  zombies: number
  failed: readonly CrashResult[]
  /** Kinds of entries of the undisturbed run. */
  kinds: ReadonlySet<string>
}>

/** One cycle: an entry that is filled in two parts, its protection, its exit, a halt, and the way back. */
const ENTER_TRADE = 40
const EXIT_TRADE = 70
const ENTER_AGAIN_TRADE = 95
const HALT_MS = 10_500
const RESUME_MS = 12_000
const FROM_MS = 3_900
const UNTIL_MS = 12_800
const PAUSE_MS = 14_000
/** A lease that is not handed over ends after ten seconds; only then is anything at rest. */
const TAKEOVER_MS = 12_000
const STEP_MS = 5_000
const END_MS_MAX = 130_000
/** Waits: a process that ends there ends as at the call before or after. */
const idleMethods: ReadonlySet<string> = new Set(['wait', 'waitForNews', 'next', 'announce'])
/** Reads that are repeated all the time, most of which bring nothing. */
const pollMethods: ReadonlySet<string> = new Set(['read', 'cursor', 'headSeq', 'acquire'])
const roles = /^(signal|risk|execution|person)/

type Cycle = Readonly<{ world: World; calls: readonly PortCall[]; whenMs: readonly number[] }>

const orderFate = ({ purpose }: OrderRequest): OrderFate => (purpose === 'entry' ? 'partFilled' : 'plain')

function startCycle(stopAt: CrashPoint | null): Cycle {
  const calls: PortCall[] = []
  const whenMs: number[] = []
  const travel: CallFate = { requestMs: 1, replyMs: 1 }
  const world: World = createWorld({
    ...{ seed: 1, random: createRandom(1, 'cycle'), spanMs: END_MS_MAX, passive: false },
    strategy: scripted({
      [ENTER_TRADE]: enterLong,
      [EXIT_TRADE]: exitLong,
      [ENTER_AGAIN_TRADE]: enterLong,
    }),
    orderFateOf: orderFate,
    restartMs: () => 1_000,
    fateOf(call) {
      calls.push(call)
      whenMs.push(world.scheduler.nowMs())
      if (stopAt === null || call.number !== stopAt.call) return travel
      return { ...travel, at: { point: stopAt.point, stop: (process) => stop(world, process, stopAt.kind) } }
    },
  })
  command(world, 'haltCancel', HALT_MS)
  command(world, 'resume', RESUME_MS)
  return { world, calls, whenMs }
}

function stop({ replicas, scheduler }: World, process: Process, kind: CrashPoint['kind']): void {
  if (kind === 'pause') {
    process.pause()
    scheduler.at(scheduler.nowMs() + PAUSE_MS, () => {
      process.resume()
    })
    return
  }
  const replica = replicas.find((each) => each.process() === process)
  if (replica === undefined) process.kill()
  else replica.kill()
}

function command({ scheduler, servers }: World, action: Command['action'], atMs: number): void {
  scheduler.at(START_MS + atMs, () => {
    const { log } = createPorts(scheduler, scheduler.createProcess('person'), servers, 'control')
    const event: Command = {
      ...{ kind: 'command', id: `person/${action}`, eventMs: scheduler.nowMs(), action },
      ...{ scope: 'global', actor: 'person', approver: '', reason: 'part of the cycle' },
      ...{ subject: '', value: '' },
    }
    const step = {
      writer: 'control',
      lease: null,
      cursor: null,
      drafts: [{ event, causeSeq: 0, marketSeq: 0 }],
    } as const
    void log.commit(step)
  })
}

/** Runs the cycle with one process stopped at one point, until all has come to rest. */
async function runCycle(stopAt: CrashPoint | null): Promise<Cycle> {
  const cycle = startCycle(stopAt)
  const { scheduler } = cycle.world
  let untilMs = UNTIL_MS + (stopAt === null ? 0 : stopAt.kind === 'pause' ? PAUSE_MS : TAKEOVER_MS)
  for (;;) {
    untilMs += STEP_MS
    await scheduler.run(START_MS + untilMs)
    if (isAtRest(cycle.world) || untilMs >= END_MS_MAX) return cycle
  }
}

export type CrashOptions = Readonly<{
  /** Commits, renewals and calls of the venue; or reads of the log and the market data too. */
  which: 'effects' | 'all'
  /** Each n-th point only. */
  every: number
  onPoint?: (done: number, of: number) => void
}>

/** Stops a process at every point of the cycle, in every way. */
export async function runCrashPoints({ which, every, onPoint }: CrashOptions): Promise<CrashSummary> {
  const { world, calls, whenMs } = await runCycle(null)
  const base = brokenInvariants(world, [])
  const isMeant = ({ process, method }: PortCall, index: number): boolean => {
    const timeMs = (whenMs[index] ?? 0) - START_MS
    const isLeft = idleMethods.has(method) || (which === 'effects' && pollMethods.has(method))
    return timeMs >= FROM_MS && timeMs < UNTIL_MS && roles.test(process.name) && !isLeft
  }
  const meant = calls.filter(isMeant)
  const points = meant.flatMap(({ number, process, port, method }) =>
    (['kill', 'pause'] as const).flatMap((kind) =>
      (['before', 'after'] as const).map((point) => ({
        point: { call: number, point, kind },
        label: `${process.name} ${port}.${method}`,
      })),
    ),
  )
  const failed: CrashResult[] = []
  if (base.length > 0) {
    failed.push({ point: { call: 0, point: 'before', kind: 'kill' }, label: 'undisturbed', violations: base })
  }
  const chosen = points.filter((_, index) => index % every === 0)
  for (const [index, { point, label }] of chosen.entries()) {
    const { world: stopped } = await runCycle(point)
    const failure = stopped.scheduler.failure()
    const violations = [
      ...brokenInvariants(stopped, []),
      ...(failure === null ? [] : [`the simulation broke: ${failure.message}`]),
    ]
    if (violations.length > 0) failed.push({ point, label, violations })
    onPoint?.(index + 1, chosen.length)
  }
  return {
    calls: calls.length,
    points: chosen.length,
    kills: chosen.filter(({ point }) => point.kind === 'kill').length,
    zombies: chosen.filter(({ point }) => point.kind === 'pause').length,
    failed,
    kinds: new Set(world.log.entries.map(({ event }) => event.kind)),
  }
}
