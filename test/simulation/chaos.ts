import { createRandom } from '../../src/engine/random.ts'
import type { Random } from '../../src/engine/random.ts'
import { momentum } from '../../src/engine/strategies/momentum.ts'
import { callFaults, createFates, servers } from './faulty-ports.ts'
import type { Outage } from './faulty-ports.ts'
import { brokenInvariants } from './invariants.ts'
import { cyclicStrategy, TRADES_PER_SECOND } from './market-script.ts'
import { createPeople } from './people.ts'
import type { People } from './people.ts'
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
/** The strategy goes on for a while after the last fault. */
const LAST_TRADE_ID = ((ACTIVE_MS + 5_000) / 1_000) * TRADES_PER_SECOND

const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1))
const oneOf = <T>(random: Random, all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)]

/** Runs a deployment through the faults that the seed picks, lets it come to rest, and checks it. */
export async function runSeed(seed: number): Promise<SeedResult> {
  const reached = new Set<string>()
  const random = createRandom(seed, 'chaos')
  const { world, people } = deploy(seed, random, reached)
  scheduleStops(world, random, reached)
  scheduleCommands(people, random)
  if (seed % 11 === 3) people.tradeByHand(START_MS + between(random, START_UP_MS, ACTIVE_MS))
  await world.scheduler.run(START_MS + ACTIVE_MS + QUIET_MS)
  const failure = world.scheduler.failure()
  if (failure !== null) world.violations.push(`the simulation broke: ${String(failure.stack)}`)
  for (const { event } of world.log.entries) {
    reached.add(`entry ${event.kind}`)
    if (event.kind === 'discrepancy') reached.add(`discrepancy ${event.code}`)
  }
  for (const ending of world.endings) reached.add(`end ${ending}`)
  return {
    seed,
    traceHash: world.scheduler.traceHash(),
    violations: brokenInvariants(world, people.acknowledged),
    reached,
    calls: world.scheduler.calls(),
    orders: world.venue.orders.size,
    tail: world.scheduler.tail(),
  }
}

type Deployed = Readonly<{ world: World; people: People }>

function deploy(seed: number, random: Random, reached: Set<string>): Deployed {
  const untilMs = START_MS + ACTIVE_MS
  const nowMs = (): number => deployed?.world.scheduler.nowMs() ?? START_MS
  const fates = createFates(
    {
      random: createRandom(seed, 'calls'),
      untilMs,
      share: oneOf(random, [0, 0.002, 0.01, 0.03]) ?? 0,
      outages: outagesOf(random),
      onFault: (fault) => reached.add(`call ${fault}`),
      strand(process) {
        const replica = deployed?.world.replicas.find((each) => each.process() === process)
        if (replica === undefined) process.kill()
        else replica.kill()
      },
    },
    nowMs,
  )
  const isCyclic = seed % 3 !== 0
  const restarts = createRandom(seed, 'restarts')
  const skew = createRandom(seed, 'skew')
  let deployed: Deployed | null = null
  const world = createWorld({
    seed,
    random: createRandom(seed, 'order'),
    spanMs: ACTIVE_MS + QUIET_MS,
    fateOf: fates,
    orderFateOf: orderFatesOf(seed, () => nowMs() < untilMs, reached),
    strategy: isCyclic ? cyclicStrategy(LAST_TRADE_ID) : momentum,
    params: isCyclic ? {} : { lookback: '2s', threshold: '0.02', exitThreshold: '-0.01' },
    passive: seed % 4 === 1,
    limits: seed % 7 === 2 ? { 'C12.instrumentMax': '4' } : {},
    skewMs() {
      if (seed % 5 !== 0) return 0
      reached.add('clock skew')
      return between(skew, -400, 400)
    },
    restartMs: () => between(restarts, 1_000, 3_000),
    onCommit(entries) {
      const hasApproval = entries.some(({ event }) => event.kind === 'approved')
      if (seed % 4 === 2 && hasApproval && nowMs() < untilMs) deployed?.people.haltNow()
    },
  })
  deployed = { world, people: createPeople(world, reached) }
  return deployed
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

function scheduleCommands(people: People, random: Random): void {
  for (let count = between(random, 0, 3); count > 0; count--) {
    const timeMs = START_MS + between(random, START_UP_MS, ACTIVE_MS - 5_000)
    const action =
      oneOf(random, ['halt', 'haltCancel', 'reduceOnly', 'flatten', 'setLimit'] as const) ?? 'halt'
    people.give(timeMs, action, action === 'setLimit' ? String(between(random, 2, 6)) : '')
    if (action === 'flatten' || action === 'setLimit') continue
    people.give(timeMs + between(random, 1_000, 8_000), 'resume')
  }
}

/** What a run over enough seeds must have seen, or it has not tried what it says. */
export const mustReach: readonly string[] = [
  ...callFaults.map((fault) => `call ${fault}`),
  ...orderFates.map((fate) => `order ${fate}`),
  ...['kill', 'pause', 'stop', 'flush'].map((kind) => `world ${kind}`),
  ...['halt', 'haltCancel', 'reduceOnly', 'flatten', 'setLimit', 'resume'].map(
    (action) => `command ${action}`,
  ),
  ...['signal', 'mark', 'denied', 'approved', 'abandoned', 'submitting', 'accepted'].map(
    (kind) => `entry ${kind}`,
  ),
  ...['rejected', 'unknown', 'notPlaced', 'filled', 'canceled', 'expired'].map((kind) => `entry ${kind}`),
  ...['cancelRequested', 'discrepancy', 'alert', 'command'].map((kind) => `entry ${kind}`),
  ...['CDB_FENCED', 'CDB_COMMIT_UNKNOWN', 'CDB_DATABASE_UNREACHABLE', 'returned'].map((how) => `end ${how}`),
  ...['UNKNOWN_ORDERS', 'CLOCK', 'EXTERNAL_ORDER'].map((code) => `discrepancy ${code}`),
  'clock skew',
  'order by hand',
  'command between approval and submission',
]
