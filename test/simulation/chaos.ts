import { CdbError } from '../../src/domain/errors.ts'
import type { Command, CommandAction } from '../../src/domain/event.ts'
import { createRandom } from '../../src/engine/random.ts'
import type { Random } from '../../src/engine/random.ts'
import { momentum } from '../../src/engine/strategies/momentum.ts'
import { callFaults, createFates, createPorts, servers } from './faulty-ports.ts'
import type { FaultPlan, Outage } from './faulty-ports.ts'
import { brokenInvariants } from './invariants.ts'
import type { Acknowledged } from './invariants.ts'
import { cyclicStrategy, TRADES_PER_SECOND } from './market-script.ts'
import type { PortCall } from './scheduler.ts'
import { orderFates } from './venue.ts'
import type { OrderFate } from './venue.ts'
import { createWorld, START_MS } from './world.ts'
import type { World } from './world.ts'

/** What one seed came to. */
export type SeedResult = Readonly<{
  seed: number
  traceHash: string
  violations: readonly string[]
  /** Everything that happened at least once: faults, branches, kinds of entries. */
  reached: ReadonlySet<string>
  calls: number
  orders: number
  tail: readonly string[]
}>

/** Faults happen for this long ... */
const ACTIVE_MS = 45_000
/** ... then whatever is lost needs T_safe and three looks, twice over when it was found late. */
const QUIET_MS = 75_000
const START_UP_MS = 3_000

const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1))
const oneOf = <T>(random: Random, all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)]

/** Runs a deployment through the faults that the seed picks, lets it come to rest, and checks it. */
export async function runSeed(seed: number): Promise<SeedResult> {
  const reached = new Set<string>()
  const random = createRandom(seed, 'chaos')
  const untilMs = START_MS + ACTIVE_MS
  const plan: FaultPlan = {
    random: createRandom(seed, 'calls'),
    untilMs,
    share: oneOf(random, [0, 0.002, 0.01, 0.03]) ?? 0,
    outages: outagesOf(random),
    onFault: (fault) => reached.add(`call ${fault}`),
    strand: (process) => {
      const replica = world.replicas.find((each) => each.process() === process)
      if (replica === undefined) process.kill()
      else replica.kill()
    },
  }
  let nowMs = (): number => START_MS
  const fates = createFates(plan, () => nowMs())
  const lastTradeId = ((ACTIVE_MS + 5_000) / 1_000) * TRADES_PER_SECOND
  const isCyclic = seed % 3 !== 0
  const restarts = createRandom(seed, 'restarts')
  const skew = createRandom(seed, 'skew')
  const isSkewed = seed % 5 === 0
  const world: World = createWorld({
    seed,
    random: createRandom(seed, 'order'),
    spanMs: ACTIVE_MS + QUIET_MS,
    fateOf: (call: PortCall) => fates(call),
    orderFateOf: orderFatesOf(seed, () => nowMs() < untilMs, reached),
    strategy: isCyclic ? cyclicStrategy(lastTradeId) : momentum,
    params: isCyclic ? {} : { lookback: '2s', threshold: '0.02', exitThreshold: '-0.01' },
    passive: seed % 4 === 1,
    limits: seed % 7 === 2 ? { 'C12.instrumentMax': '4' } : {},
    skewMs: () => {
      if (isSkewed) reached.add('clock skew')
      return isSkewed ? between(skew, -400, 400) : 0
    },
    restartMs: () => between(restarts, 1_000, 3_000),
  })
  nowMs = () => world.scheduler.nowMs()
  const acknowledged: Acknowledged[] = []
  scheduleStops(world, random, reached)
  scheduleCommands(world, random, { reached, acknowledged })
  await world.scheduler.run(START_MS + ACTIVE_MS + QUIET_MS)
  const failure = world.scheduler.failure()
  if (failure !== null) world.violations.push(`the simulation broke: ${String(failure.stack)}`)
  for (const { event } of world.log.entries) reached.add(`entry ${event.kind}`)
  for (const ending of world.endings) reached.add(`end ${ending}`)
  return {
    seed,
    traceHash: world.scheduler.traceHash(),
    violations: brokenInvariants(world, acknowledged),
    reached,
    calls: world.scheduler.calls(),
    orders: world.venue.orders.size,
    tail: world.scheduler.tail(),
  }
}

function outagesOf(random: Random): readonly Outage[] {
  return Array.from({ length: between(random, 0, 3) }, () => {
    const fromMs = START_MS + between(random, START_UP_MS, ACTIVE_MS - 5_000)
    const server = oneOf(random, servers) ?? 'database'
    const kind = random() < 0.5 ? 'down' : 'frozen'
    return { server, kind, fromMs, toMs: fromMs + between(random, 500, 15_000) } as const
  })
}

const orderFatesOf = (seed: number, isActive: () => boolean, reached: Set<string>) => {
  const random = createRandom(seed, 'orders')
  const share = [0, 0.1, 0.4][seed % 3] ?? 0
  return (): OrderFate => {
    const fate = random() < share ? (oneOf(random, orderFates) ?? 'plain') : 'plain'
    if (!isActive()) return 'plain'
    reached.add(`order ${fate}`)
    return fate
  }
}

/** Kills, pauses, orderly stops and an empty Redis. */
function scheduleStops(world: World, random: Random, reached: Set<string>): void {
  const { scheduler, replicas } = world
  for (let count = between(random, 0, 9); count > 0; count--) {
    const timeMs = START_MS + between(random, START_UP_MS, ACTIVE_MS)
    const replica = oneOf(random, replicas)
    const kind = oneOf(random, ['kill', 'kill', 'pause', 'pause', 'stop', 'flush'] as const)
    const forMs = between(random, 500, 30_000)
    if (replica === undefined || kind === undefined) continue
    scheduler.at(timeMs, () => {
      reached.add(`world ${kind}`)
      scheduler.note(`${kind} ${replica.name}`)
      if (kind === 'flush') world.flushRedis()
      else if (kind === 'kill') replica.kill()
      else if (kind === 'stop') replica.stop()
      else {
        const process = replica.process()
        process.pause()
        scheduler.at(Math.min(timeMs + forMs, START_MS + ACTIVE_MS + 2_000), () => {
          process.resume()
        })
      }
    })
  }
}

type Orders = Readonly<{ reached: Set<string>; acknowledged: Acknowledged[] }>

/** Commands of a person, who repeats each until it is confirmed. */
function scheduleCommands(world: World, random: Random, orders: Orders): void {
  const { scheduler } = world
  const give = (timeMs: number, action: CommandAction, number: number, value = ''): void => {
    const command: Command = {
      ...{ kind: 'command', id: `person/${number}`, eventMs: timeMs, action },
      ...{ scope: 'global', actor: 'person', approver: '', reason: 'the script says so' },
      ...{ subject: action === 'setLimit' ? 'C12.instrumentMax' : '', value },
    }
    scheduler.at(timeMs, () => {
      orders.reached.add(`command ${action}`)
      void repeat(world, command, orders)
    })
  }
  let number = 0
  for (let count = between(random, 0, 3); count > 0; count--) {
    const timeMs = START_MS + between(random, START_UP_MS, ACTIVE_MS - 5_000)
    const action =
      oneOf(random, ['halt', 'haltCancel', 'reduceOnly', 'flatten', 'setLimit'] as const) ?? 'halt'
    give(timeMs, action, number++, action === 'setLimit' ? String(between(random, 2, 6)) : '')
    if (action === 'flatten' || action === 'setLimit') continue
    give(timeMs + between(random, 1_000, 8_000), 'resume', number++)
  }
}

async function repeat(world: World, command: Command, { acknowledged }: Orders): Promise<void> {
  const { scheduler, servers: reached } = world
  const process = scheduler.createProcess('person')
  const { log } = createPorts(scheduler, process, reached, 'control')
  const draft = { event: command, causeSeq: 0, marketSeq: 0 }
  for (let tries = 0; tries < 100; tries++) {
    try {
      await log.commit({ writer: 'control', lease: null, cursor: null, drafts: [draft] })
      acknowledged.push({ command })
      return
    } catch (error) {
      if (!(error instanceof CdbError)) throw error
    }
    await process.clock.sleep(500)
  }
}

/** What a run over enough seeds must have seen, or it has not tried what it says. */
export const mustReach: readonly string[] = [
  ...callFaults.map((fault) => `call ${fault}`),
  ...orderFates.map((fate) => `order ${fate}`),
  ...['kill', 'pause', 'stop', 'flush'].map((kind) => `world ${kind}`),
  ...['halt', 'haltCancel', 'reduceOnly', 'flatten', 'setLimit', 'resume'].map((action) => `command ${action}`),
  ...['signal', 'mark', 'denied', 'approved', 'abandoned', 'submitting', 'accepted'].map((kind) => `entry ${kind}`),
  ...['rejected', 'unknown', 'notPlaced', 'filled', 'canceled', 'expired'].map((kind) => `entry ${kind}`),
  ...['cancelRequested', 'discrepancy', 'alert', 'command'].map((kind) => `entry ${kind}`),
  ...['CDB_FENCED', 'CDB_COMMIT_UNKNOWN', 'CDB_DATABASE_UNREACHABLE', 'returned'].map((how) => `end ${how}`),
  'clock skew',
]

