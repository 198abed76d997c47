import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogStore, openMemoryLog } from '../../src/adapters/memory/event-log.ts'
import type { LogStore } from '../../src/adapters/memory/event-log.ts'
import type { Command } from '../../src/domain/event.ts'
import type { MarketEvent } from '../../src/domain/market.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { LogEntry } from '../../src/engine/journal.ts'
import { rederive } from '../../src/engine/rederive.ts'
import type { Rederivation } from '../../src/engine/rederive.ts'
import { createTapeSourceOf } from '../cli/trade-source.ts'
import { createScenario, enterLong, exitLong, scripted, START_MS, tradeAt } from './scenario.ts'

const strategy = scripted({ 10: enterLong, 60: exitLong, 120: enterLong })
const tape: readonly MarketEvent[] = Array.from({ length: 200 }, (_, index) =>
  tradeAt(index + 1, index * 500, 50_000 + (index % 9)),
)

const halt: Command = {
  ...{ kind: 'command', id: 'k1', eventMs: START_MS + 1, action: 'halt', scope: 'global' },
  ...{ actor: 'ann', approver: '', reason: 'to see it', subject: '', value: '' },
}

/** The log of a run over the tape, halted by a person after so many market events. */
async function stored(haltAfter: number): Promise<LogStore> {
  const { engine, entries } = createScenario({ strategy })
  if (haltAfter === 0) engine.onCommand(halt)
  for (const event of tape) {
    engine.onMarket(event)
    if (engine.marketSeq() === haltAfter) engine.onCommand(halt)
  }
  const store = createLogStore()
  await openMemoryLog(store).commit(entries, { marketSeq: tape.length, logSeq: entries.length })
  return store
}

const again = (store: LogStore, more: Partial<Rederivation> = {}): Promise<boolean> & { engine: Engine } => {
  const { engine, entries } = createScenario({ strategy })
  const whole = { engine, derived: entries, log: openMemoryLog(store), source: createTapeSourceOf(tape) }
  return Object.assign(rederive({ ...whole, ...more }), { engine })
}

test('a run is derived again with its commands where they stand: at the start, between and at the end', async () => {
  for (const haltAfter of [-1, 0, 100, tape.length]) {
    const store = await stored(haltAfter)
    assert(store.entries.length > 10)
    const run = again(store)
    assert.equal(await run, true)
    assert.equal(run.engine.journal.hash, store.entries.at(-1)?.hash)
    assert.equal(run.engine.marketSeq(), tape.length)
  }
})

test('a run goes on from the middle: only what the log has consumed is read', async () => {
  const store = await stored(-1)
  const cut = store.entries.findIndex(({ marketSeq }) => marketSeq > 100)
  const half: LogStore = { entries: store.entries.slice(0, cut), marketSeq: 100 }
  const source = createTapeSourceOf(tape)
  const derived: LogEntry[] = []
  const seen: number[] = []
  const run = again(half, { source, onMarket: ({ eventMs }) => seen.push(eventMs) })
  assert.equal(await run, true)
  assert.equal(run.engine.marketSeq(), 100)
  assert.equal(seen.length, 100)
  assert.deepEqual((await source.read(1))?.at(0), tape[100])
  assert.equal(derived.length, 0)
})

test('a new log is derived from nothing', async () => {
  const run = again(createLogStore())
  assert.equal(await run, true)
  assert.equal(run.engine.journal.seq, 0)
})

test('an entry that differs is named with both payloads', async () => {
  const store = await stored(-1)
  const index = store.entries.findIndex(({ event }) => event.kind === 'signal')
  const entry = store.entries[index]
  assert(entry !== undefined)
  store.entries[index] = { ...entry, payload: entry.payload.replace('told to', 'found out') }
  await assert.rejects(again(store), {
    code: 'CDB_LOG_DIVERGED',
    message: new RegExp(`^entry ${index + 1} differs\\n  on the log: .*found out.*\\n  derived: .*told to`),
    mend: /another --data folder/,
  })
})

test('an entry that is missing on the log, or that nothing brought about, is named', async () => {
  const short = await stored(-1)
  short.entries = short.entries.slice(0, -1)
  const missing = new RegExp(`^entry ${short.entries.length + 1} is not on the log`)
  await assert.rejects(again(short), { code: 'CDB_LOG_DIVERGED', message: missing })
  const long = await stored(-1)
  const last = long.entries.at(-1)
  assert(last !== undefined)
  long.entries.push({ ...last, seq: last.seq + 1, payload: 'invented' })
  const extra = new RegExp(`^entry ${last.seq + 1} does not follow from the market data: invented`)
  await assert.rejects(again(long), { code: 'CDB_LOG_DIVERGED', message: extra })
})

test('market data that ends too soon is told with both counts', async () => {
  await assert.rejects(again(await stored(-1), { source: createTapeSourceOf(tape.slice(0, 150)) }), {
    code: 'CDB_LOG_DIVERGED',
    message: /the market data ends after 150 events; the log has 200/,
  })
})

test('an aborted derivation is false and compares no further', async () => {
  const run = again(await stored(-1), { signal: { aborted: true } })
  assert.equal(await run, false)
  assert.equal(run.engine.marketSeq(), 0)
})
