import { encodeEvent } from '../../src/domain/codec.ts'
import { formatDecimal } from '../../src/domain/decimal.ts'
import type { Command, TradingEvent } from '../../src/domain/event.ts'
import { isTerminal } from '../../src/domain/order.ts'
import type { ClientOrderId, OrderRequest } from '../../src/domain/order.ts'
import { isOwnId } from '../../src/engine/client-order-id.ts'
import { applyOrderEvent } from '../../src/engine/order-ledger.ts'
import type { OrderLedger } from '../../src/engine/order-ledger.ts'
import { applyToDesk, createOrderDesk } from '../../src/engine/order-desk.ts'
import { safeAfterMs, VISIBILITY_MS } from '../../src/engine/resolution.ts'
import { createRisk } from '../../src/engine/risk.ts'
import { tradingHash } from '../../src/engine/trading-hash.ts'
import type { TradingEntry } from '../../src/engine/trading-log.ts'
import { applyStateCommand, stateOf } from '../../src/engine/trading-state.ts'
import type { ScopeStates } from '../../src/engine/trading-state.ts'
import { bitcoin, digest } from '../engine/scenario.ts'
import { APPROVAL_AGE_MS } from './world.ts'
import type { World } from './world.ts'

/** A command that the log has confirmed to its person. */
export type Acknowledged = Readonly<{ command: Command }>

type Say = (id: string, detail: string) => void

/** Checks what must hold once faults have ended and all has come to rest; returns what does not. */
export function brokenInvariants(world: World, acknowledged: readonly Acknowledged[]): readonly string[] {
  const broken = [...world.violations]
  const say: Say = (id, detail) => broken.push(`${id}: ${detail}`)
  checkOnce(world, say)
  checkOrders(world, say)
  checkBooks(world, say)
  checkChain(world, say)
  checkSubmissions(world, say)
  checkRisk(world, say)
  checkCauses(world, say)
  for (const { command } of acknowledged) {
    const found = world.log.entries.some(
      ({ event }) => event.kind === 'command' && event.id === command.id && event.actor === command.actor,
    )
    if (!found) say('I18', `command ${command.id} was confirmed and is not on the log`)
  }
  return broken
}

/** I1: one POST an order, one approval and one submission a slot. */
function checkOnce({ venue, log }: World, say: Say): void {
  for (const [id, count] of venue.posts) if (count > 1) say('I1', `${id} was sent ${count} times`)
  const seen = new Set<string>()
  for (const { event, seq } of log.entries) {
    const keys =
      event.kind === 'approved'
        ? [`slot ${event.order.slot}`, `id ${event.order.clientOrderId}`]
        : event.kind === 'submitting'
          ? [`submission of ${event.clientOrderId}`]
          : []
    for (const key of keys) {
      if (seen.has(key)) say('I1', `${key} is on the log twice, again at ${seq}`)
      seen.add(key)
    }
  }
}

/** I3, I13, I14: legal moves only, and an end for every order that does not rest at the venue. */
function checkOrders({ log, venue }: World, say: Say): void {
  const ledger: OrderLedger = new Map()
  const submitMs = new Map<ClientOrderId, number>()
  for (const { event, seq } of log.entries) {
    try {
      applyOrderEvent(ledger, event)
    } catch (error) {
      say('I14', `entry ${seq}: ${String(error)}`)
    }
    if (event.kind === 'submitting') submitMs.set(event.clientOrderId, event.eventMs)
    if (event.kind === 'notPlaced') {
      const sinceMs = event.eventMs - (submitMs.get(event.clientOrderId) ?? Infinity)
      if (sinceMs < safeAfterMs(VISIBILITY_MS)) {
        say('I13', `${event.clientOrderId} was given up ${sinceMs} ms after its submission`)
      }
      if (venue.orders.has(event.clientOrderId)) say('I13', `${event.clientOrderId} was placed`)
    }
    if (event.kind === 'rejected' && venue.orders.has(event.clientOrderId)) {
      say('I13', `${event.clientOrderId} was taken by the venue, and is rejected in our books`)
    }
  }
  for (const [id, { state, filled }] of ledger) {
    const placed = venue.orders.get(id)
    const rests = (state === 'accepted' || state === 'partiallyFilled') && placed?.state === 'open'
    if (!rests) say('I3', `${id} is ${state}, at the venue ${placed?.state ?? 'not there'}`)
    if (rests && placed.filled !== filled) say('I4', `${id} is filled otherwise at the venue`)
  }
  for (const [id, placed] of venue.orders) {
    if (placed.state === 'open' && isOwnId(id) && !ledger.has(id as ClientOrderId))
      say('I3', `${id} is open at the venue only`)
  }
}

/** I4 and I5: fills are the venue's trades, and what they come to is what is held there. */
function checkBooks({ log, venue }: World, say: Say): void {
  const keyOf = (of: Readonly<Record<string, unknown>>): string =>
    ['clientOrderId', 'tradeId', 'side', 'price', 'quantity', 'fee', 'feeAsset']
      .map((name) => String(of[name]))
      .join(' ')
  const booked = log.entries.flatMap(({ event }) => (event.kind === 'filled' ? [keyOf(event)] : []))
  const traded = venue.trades.map(keyOf)
  for (const key of booked) if (!traded.includes(key)) say('I4', `no trade of the venue is fill ${key}`)
  for (const key of traded) if (!booked.includes(key)) say('I4', `trade ${key} is not booked`)
  if (booked.length !== new Set(booked).size) say('I4', 'a fill is booked twice')
  const desk = createOrderDesk()
  for (const { event, seq } of log.entries) {
    if (event.kind === 'filled') applyToDesk(desk, bitcoin, event, seq)
  }
  const { base, quote } = venue.balances()
  if (desk.netBase !== base) {
    say('I5', `position ${formatDecimal(desk.netBase)} is ${formatDecimal(base)} at the venue`)
  }
  const opening = venue.trades.length === 0 ? quote : undefined
  if (opening === undefined && desk.netQuote + OPENING !== quote) {
    say('I5', `cash moved by ${formatDecimal(desk.netQuote)}, at the venue it is ${formatDecimal(quote)}`)
  }
}

const OPENING = 10_000n * 10n ** 12n

/** I6, I7 and I17: gapless, hashed, and no epoch after a newer one of its writer. */
function checkChain({ log }: World, say: Say): void {
  const epochs = new Map<string, number>()
  let prevHash = ''
  log.entries.forEach((entry, index) => {
    const { seq, hash, writer, epoch } = entry
    if (seq !== index + 1) say('I6', `entry ${seq} stands at ${index + 1}`)
    if (entry.prevHash !== prevHash || tradingHash(digest, entry) !== hash) say('I17', `entry ${seq}`)
    prevHash = hash
    if (writer !== 'control') {
      if (epoch < (epochs.get(writer) ?? 1)) say('I7', `entry ${seq} of ${writer} has epoch ${epoch}`)
      epochs.set(writer, Math.max(epoch, epochs.get(writer) ?? 1))
    }
  })
}

/** I9 and C21: what was submitted was allowed to be, by the log up to there. */
function checkSubmissions({ log, venue, committedMs }: World, say: Say): void {
  const states: ScopeStates = new Map()
  const orders = new Map<string, OrderRequest>()
  for (const { event, seq, writer } of log.entries) {
    if (event.kind === 'approved') orders.set(event.order.clientOrderId, event.order)
    if (event.kind === 'command') applyStateCommand(states, event)
    if (event.kind !== 'submitting') continue
    const order = orders.get(event.clientOrderId)
    if (order === undefined || writer !== 'execution') {
      say('I11', `entry ${seq} submits what was not approved`)
      continue
    }
    const state = stateOf(states, order)
    const isBarred =
      (state === 'halted' && order.purpose !== 'flatten') || (state === 'reduceOnly' && !order.reduceOnly)
    if (isBarred) say('I9', `entry ${seq} submits ${order.clientOrderId} while ${state}`)
    const ageMs = (committedMs[seq] ?? 0) - order.decidedMs
    if (ageMs > APPROVAL_AGE_MS + CLOCK_MS)
      say('C21', `entry ${seq} submits what was decided ${ageMs} ms ago`)
  }
  for (const [id, placed] of venue.orders) {
    if (!isOwnId(id)) {
      const isTold = log.entries.some(({ event }) => event.kind === 'discrepancy' && event.subject === id)
      if (!isTold) say('I11', `${id}, which is not ours, was not noticed`)
    } else if (!orders.has(id)) say('I11', `${id} is at the venue and was never approved`)
    else if (placed.order.quantity !== orders.get(id)?.quantity) say('I11', `${id} is another order there`)
  }
}

/** Times are whole milliseconds, and the clocks are as good as they were measured. */
const CLOCK_MS = 2

/** In the order in which risk has heard and said it. */
function* inOrderOfRisk(
  entries: readonly TradingEntry[],
): Generator<readonly [TradingEntry, readonly TradingEntry[]]> {
  const said = new Map<number, TradingEntry[]>()
  for (const entry of entries) {
    if (entry.writer === 'risk') said.set(entry.causeSeq, [...(said.get(entry.causeSeq) ?? []), entry])
  }
  for (const entry of entries) if (entry.writer !== 'risk') yield [entry, said.get(entry.seq) ?? []]
}

/** I8, I12 and I15: risk said what follows from the log, within its limits, by fresh data. */
function checkRisk({ log, riskConfig }: World, say: Say): void {
  const risk = createRisk(riskConfig)
  const ledger: OrderLedger = new Map()
  let openMax = Number(riskConfig.limits['C12']?.['instrumentMax'])
  let mark: Extract<TradingEvent, { kind: 'mark' }> | null = null
  for (const [entry, said] of inOrderOfRisk(log.entries)) {
    const { event } = entry
    if (event.kind === 'mark') mark = event
    if (event.kind !== 'cancelRequested') applyQuietly(ledger, event)
    const derived = risk.step(event).map(encodeEvent)
    const written = said.map(({ payload }) => payload)
    if (derived.join('\n') !== written.join('\n')) {
      say('I12', `entry ${entry.seq} leads to\n${derived.join('\n')}\nand not to\n${written.join('\n')}`)
    }
    for (const { event: word, seq } of said) {
      if (word.kind === 'approved') {
        applyQuietly(ledger, word)
        if (word.order.purpose === 'entry' && ledger.size > openMax) {
          say('I8', `entry ${seq} makes ${ledger.size} open orders of ${openMax}`)
        }
        const ageMs = mark === null ? Infinity : word.order.decidedMs - mark.eventMs
        if (word.order.purpose === 'entry' && (mark?.stale !== false || ageMs > 2_000)) {
          say('I15', `entry ${seq} was approved by data of ${ageMs} ms`)
        }
      }
      if (word.kind === 'cancelRequested') applyQuietly(ledger, word)
      if (word.kind === 'alert' && word.code === 'LIMIT_CHANGED' && event.kind === 'command') {
        if (event.subject === 'C12.instrumentMax') openMax = Number(event.value)
      }
    }
  }
}

function applyQuietly(ledger: OrderLedger, event: TradingEvent): void {
  try {
    applyOrderEvent(ledger, event)
  } catch {
    // An illegal move is told by I14.
  }
}

/** I11: order, decision and signal hang together. */
function checkCauses({ log }: World, say: Say): void {
  const ended = new Set<string>()
  for (const { event, seq, causeSeq, writer } of log.entries) {
    const cause = log.entries[causeSeq - 1]
    if (causeSeq >= seq) say('I11', `entry ${seq} is caused by a later one`)
    if (event.kind === 'approved') {
      const isKnown = cause !== undefined && approvalCauses.has(cause.event.kind)
      if (writer !== 'risk' || !isKnown)
        say('I11', `entry ${seq} approves because of ${cause?.event.kind ?? 0}`)
    }
    if (!('clientOrderId' in event)) continue
    // Whatever the venue may do here shows before an order counts as ended: no evidence is late.
    if (ended.has(event.clientOrderId) && writer === 'execution') {
      say('I14', `entry ${seq}: ${event.kind} after the end of ${event.clientOrderId}`)
    }
    if (endings.has(event.kind)) ended.add(event.clientOrderId)
  }
}

const approvalCauses: ReadonlySet<string> = new Set([
  ...['signal', 'filled', 'command', 'canceled', 'expired', 'rejected', 'notPlaced', 'abandoned', 'mark'],
])
const endings: ReadonlySet<string> = new Set(['rejected', 'canceled', 'expired', 'notPlaced', 'abandoned'])

/** Whether every order has ended or rests: what the wait for quiet looks at. */
export function isAtRest({ log, venue }: World): boolean {
  const ledger: OrderLedger = new Map()
  for (const { event } of log.entries) applyQuietly(ledger, event)
  return [...ledger].every(([id, { state }]) => {
    const rests = state === 'accepted' || state === 'partiallyFilled'
    return isTerminal(state) || (rests && venue.orders.get(id)?.state === 'open')
  })
}
