import { encodeEvent } from '../../domain/codec.ts'
import { CdbError } from '../../domain/errors.ts'
import { eventIdOf, isOnceOnly } from '../../engine/event-id.ts'
import type { Digest } from '../../engine/ports.ts'
import { tradingHash } from '../../engine/trading-hash.ts'
import type { Consumer, Draft, Step, TradingEntry, TradingLog } from '../../engine/trading-log.ts'
import { applyStateCommand } from '../../engine/trading-state.ts'
import type { ScopeStates } from '../../engine/trading-state.ts'
import type { MemoryLeaseStore } from './lease-store.ts'

/** The trading log in memory, for simulation: each call is a transaction of its own, one after another. */
export type MemoryTradingLog = TradingLog & Readonly<{ entries: readonly TradingEntry[] }>

type MemoryState = {
  readonly entries: TradingEntry[]
  readonly ids: Set<string>
  readonly cursors: Map<Consumer, number>
  readonly states: ScopeStates
}

export function createMemoryTradingLog(
  options: Readonly<{ digest: Digest; leases: MemoryLeaseStore }>,
): MemoryTradingLog {
  const state: MemoryState = { entries: [], ids: new Set(), cursors: new Map(), states: new Map() }
  return {
    entries: state.entries,
    headSeq: () => Promise.resolve(state.entries.length),
    cursor: (consumer) => Promise.resolve(state.cursors.get(consumer) ?? 0),
    read: (afterSeq, countMax) => Promise.resolve(state.entries.slice(afterSeq, afterSeq + countMax)),
    commit(step) {
      try {
        return Promise.resolve(commit(state, step, options))
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new Error(String(error)))
      }
    },
  }
}

function commit(
  state: MemoryState,
  step: Step,
  { digest, leases }: Readonly<{ digest: Digest; leases: MemoryLeaseStore }>,
): readonly TradingEntry[] {
  const { lease, cursor, writer } = step
  if (lease !== null && !leases.holds(lease)) {
    throw new CdbError('CDB_FENCED', `epoch ${lease.epoch} of ${lease.role} has ended`)
  }
  if (cursor !== null && (state.cursors.get(cursor.consumer) ?? 0) !== cursor.fromSeq) {
    throw conflict(`the cursor of ${cursor.consumer} is not at ${cursor.fromSeq}`)
  }
  const drafts = typeof step.drafts === 'function' ? step.drafts(new Map(state.states)) : step.drafts
  const fresh = newDrafts(state, drafts)
  if (cursor !== null) state.cursors.set(cursor.consumer, cursor.toSeq)
  return fresh.map((draft) => {
    const entry = entryOf(state, draft, { writer, epoch: lease?.epoch ?? 0, digest })
    state.entries.push(entry)
    const id = eventIdOf(draft.event)
    if (id !== null) state.ids.add(id)
    if (draft.event.kind === 'command') applyStateCommand(state.states, draft.event)
    return entry
  })
}

/** Those not on the log yet. */
function newDrafts({ ids }: MemoryState, drafts: readonly Draft[]): readonly Draft[] {
  const given = new Set<string>()
  return drafts.filter(({ event }) => {
    const id = eventIdOf(event)
    if (id === null) return true
    const isKnown = ids.has(id) || given.has(id)
    if (isKnown && isOnceOnly(event)) throw conflict(`${id} is on the log already`)
    given.add(id)
    return !isKnown
  })
}

function entryOf(
  { entries }: MemoryState,
  { event, causeSeq, marketSeq }: Draft,
  { writer, epoch, digest }: Readonly<{ writer: TradingEntry['writer']; epoch: number; digest: Digest }>,
): TradingEntry {
  const seq = entries.length + 1
  const payload = encodeEvent(event)
  const prevHash = entries.at(-1)?.hash ?? ''
  const unhashed = { seq, causeSeq, marketSeq, payload, prevHash, writer, epoch }
  return { ...unhashed, event, hash: tradingHash(digest, unhashed) }
}

const conflict = (message: string): CdbError => new CdbError('CDB_LOG_CONFLICT', message)
