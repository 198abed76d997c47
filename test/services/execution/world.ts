import { createMemoryLeaseStore } from '../../../src/adapters/memory/lease-store.ts'
import type { MemoryLeaseStore } from '../../../src/adapters/memory/lease-store.ts'
import { createMemoryTradingLog } from '../../../src/adapters/memory/trading-log.ts'
import type { MemoryTradingLog } from '../../../src/adapters/memory/trading-log.ts'
import { createSimulatedGateway } from '../../../src/adapters/simulated/venue-gateway.ts'
import type { SimulatedGateway, VenueFaults } from '../../../src/adapters/simulated/venue-gateway.ts'
import { money, price, quantity } from '../../../src/domain/decimal.ts'
import type { Price } from '../../../src/domain/decimal.ts'
import type { Command, TradingEvent } from '../../../src/domain/event.ts'
import type { ClientOrderId, OrderRequest } from '../../../src/domain/order.ts'
import type { Wire } from '../../../src/engine/trading-log.ts'
import { runExecution } from '../../../src/services/execution.ts'
import type { ExecutionOptions } from '../../../src/services/execution.ts'
import { order } from '../../engine/controls/facts.ts'
import { bitcoin, digest, START_MS } from '../../engine/scenario.ts'
import { createQuietTelemetry } from '../quiet-telemetry.ts'
import type { QuietTelemetry } from '../quiet-telemetry.ts'
import { createVirtualClock } from '../virtual-clock.ts'
import type { VirtualClock } from '../virtual-clock.ts'

/** A venue, a log and a clock that passes only when told to. */
export type World = Readonly<{
  clock: VirtualClock
  leases: MemoryLeaseStore
  log: MemoryTradingLog
  wire: Wire
  venue: SimulatedGateway
  /** May be set while it runs. */
  faults: { -readonly [Name in keyof VenueFaults]: VenueFaults[Name] }
  market: { price: Price }
}>

export function createWorld(faults: VenueFaults = {}): World {
  const clock = createVirtualClock(START_MS)
  const leases = createMemoryLeaseStore(() => clock.monotonicMs())
  const market = { price: price('50000') }
  const mutable = { latencyMs: () => 5, ...faults }
  const venue = createSimulatedGateway({
    ...{ clock, instrument: bitcoin, account: 'paper', cash: money('10000') },
    ...{ price: () => market.price, faults: mutable },
  })
  const wire: Wire = {
    announce: () => undefined,
    wait: (_seq, timeoutMs, signal) => clock.sleep(Math.min(timeoutMs, 50), signal),
  }
  const log = createMemoryTradingLog({ digest, leases })
  return { clock, leases, log, wire, venue, faults: mutable, market }
}

export type Replica = Readonly<{
  stop: () => void
  /** What it ended by: null when it returned. */
  ended: Promise<unknown>
  telemetry: QuietTelemetry
}>

export function startExecution(
  world: World,
  owner: string,
  changes: Partial<ExecutionOptions> = {},
): Replica {
  const controller = new AbortController()
  const { clock, leases, wire, log, venue } = world
  const telemetry = createQuietTelemetry()
  const ended = runExecution({
    ...{ owner, partition: 0, leases, clock, telemetry, signal: controller.signal, log, wire },
    ...{ gateway: venue.connect(), account: 'paper', instrument: bitcoin, approvalAgeMsMax: 2_000 },
    ...changes,
  }).then(
    () => null,
    (error: unknown) => error,
  )
  return {
    ended,
    telemetry,
    stop: () => {
      controller.abort()
    },
  }
}

/** Aborts a replica and lets it finish. */
export async function stopExecution({ clock }: World, replica: Replica): Promise<unknown> {
  replica.stop()
  await clock.advance(12_000)
  return replica.ended
}

/** What others write on the log. */
export async function say({ log }: Pick<World, 'log'>, event: TradingEvent): Promise<void> {
  const writer = event.kind === 'command' ? 'control' : 'risk'
  const drafts = [{ event, causeSeq: 0, marketSeq: 0 }]
  await log.commit({ writer, lease: null, cursor: null, drafts })
}

/** Risk approves an order of its own id, decided now: a market buy of 0.001 unless told otherwise. */
export async function approve(
  world: World,
  id: string,
  changes: Partial<OrderRequest> = {},
): Promise<OrderRequest> {
  const request = order({
    ...{ slot: `slot/${id}`, clientOrderId: `cdb${id}` as ClientOrderId, decidedMs: world.clock.nowMs() },
    ...changes,
  })
  await say(world, { kind: 'approved', eventMs: request.decidedMs, order: request })
  return request
}

export const resting: Partial<OrderRequest> = {
  ...{ type: 'limit', price: price('49000'), timeInForce: 'gtc', quantity: quantity('0.002') },
}

export const askCancel = (world: World, request: OrderRequest): Promise<void> => {
  const { clientOrderId, account, instrument } = request
  const eventMs = world.clock.nowMs()
  return say(world, { kind: 'cancelRequested', clientOrderId, account, instrument, eventMs, reason: 'asked' })
}

export const command = (world: World, action: Command['action'], scope = 'global'): Promise<void> =>
  say(world, {
    ...{ kind: 'command', id: `${action}/${world.log.entries.length}`, eventMs: world.clock.nowMs() },
    ...{ action, scope, actor: 'ann', approver: '', reason: 'told to', subject: '', value: '' },
  })

/** What execution has written, in order. */
export const written = ({ log }: World): readonly TradingEvent[] =>
  log.entries.filter(({ writer }) => writer === 'execution').map(({ event }) => event)

export const kindsIn = (world: World): readonly string[] =>
  written(world).map((event) => (event.kind === 'discrepancy' ? event.code : event.kind))

/** POSTs that arrived at the venue, by client order id. */
export const postsAt = ({ venue }: World): Readonly<Record<string, number>> =>
  Object.fromEntries(venue.ledger().orders.map(({ clientOrderId, posts }) => [clientOrderId, posts]))
