import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogStore, openMemoryLog } from '../../src/adapters/memory/event-log.ts'
import type { LogStore } from '../../src/adapters/memory/event-log.ts'
import type { MarketEvent } from '../../src/domain/market.ts'
import type { EventLog, MarketSource } from '../../src/engine/ports.ts'
import { runEmbedded } from '../../src/services/embedded.ts'
import type { EmbeddedOptions, OperatorCommand } from '../../src/services/embedded.ts'
import { bitcoin, configOf, enterLong, exitLong, scripted, tradeAt } from '../engine/scenario.ts'

const ROUND_TRIPS = { 50: enterLong, 150: exitLong, 300: enterLong, 420: exitLong, 600: enterLong }
const config = configOf({ strategy: scripted(ROUND_TRIPS), limits: { 'C16.losses': '1000' } })

const tape: readonly MarketEvent[] = Array.from({ length: 800 }, (_, index) =>
  tradeAt(index + 1, index * 250, 50_000 + Math.round(200 * Math.sin(index / 40))),
)

const sourceOf = (events: readonly MarketEvent[], perRead: number): MarketSource => {
  let next = 0
  return {
    instrument: bitcoin,
    read(countMax) {
      const from = next
      next = Math.min(events.length, from + Math.min(countMax, perRead))
      return Promise.resolve(from === events.length ? null : events.slice(from, next))
    },
    close: () => Promise.resolve(),
  }
}

const { signal } = new AbortController()

const session = (
  store: LogStore,
  more: Partial<EmbeddedOptions> = {},
  perRead = 100,
): ReturnType<typeof runEmbedded> =>
  runEmbedded({ config, source: sourceOf(tape, perRead), log: openMemoryLog(store), signal, ...more })

const hashOf = (store: LogStore): string | undefined => store.entries.at(-1)?.hash

const whole = createLogStore()
const { engine: wholeEngine } = await session(whole)
assert(whole.entries.filter(({ event }) => event.kind === 'filled').length >= 5, 'the tape makes it trade')

test('the log does not depend on how the market data is cut into batches', async () => {
  for (const perRead of [1, 7, 800]) {
    const store = createLogStore()
    const { complete } = await session(store, {}, perRead)
    assert.equal(complete, true)
    assert.equal(hashOf(store), hashOf(whole))
    assert.equal(store.marketSeq, tape.length)
  }
})

test('a log that fails at any commit ends the run, and the next run goes on to the same end', async () => {
  let failures = 0
  for (let failing = 0; failing < 60; failing++) {
    const store = createLogStore()
    const inner = openMemoryLog(store)
    let commits = 0
    const log: EventLog = {
      ...inner,
      async commit(entries, cursor) {
        if (commits++ === failing) throw new Error('the disk went away')
        await inner.commit(entries, cursor)
      },
    }
    const ended = await session(store, { log }, 10).then(
      () => true,
      (error: unknown) => {
        assert.match(String(error), /the disk went away/)
        return false
      },
    )
    if (!ended) failures += 1
    const { engine } = await session(store, {}, 13)
    assert.equal(hashOf(store), hashOf(whole))
    assert.deepEqual(store.entries, whole.entries)
    assert.deepEqual(engine.portfolio, wholeEngine.portfolio)
  }
  assert(failures > 10, `${failures} commits failed`)
})

test('an aborted run commits what it has, and the next goes on', async () => {
  const store = createLogStore()
  const stop = new AbortController()
  const { complete } = await session(store, {
    signal: stop.signal,
    onBatch(_entries, engine) {
      if (engine.marketSeq() >= 300) stop.abort()
    },
  })
  assert.equal(complete, false)
  assert.equal(store.marketSeq, 300)
  await session(store)
  assert.equal(hashOf(store), hashOf(whole))
})

const halt: OperatorCommand = {
  ...{ action: 'halt', scope: 'global', actor: 'operator', approver: '' },
  ...{ reason: 'to see it', subject: '', value: '' },
}

test('a command is logged where it was given, and stands there again after a restart', async () => {
  const store = createLogStore()
  const stop = new AbortController()
  let seen = 0
  const takeCommands = (): readonly OperatorCommand[] => (seen === 200 ? [halt] : [])
  const onBatch: EmbeddedOptions['onBatch'] = (_entries, engine) => {
    seen = engine.marketSeq()
    if (seen >= 400) stop.abort()
  }
  await session(store, { signal: stop.signal, takeCommands, onBatch })
  const command = store.entries.find(({ event }) => event.kind === 'command')
  assert.equal(command?.marketSeq, 200)
  await session(store)
  const after = store.entries.filter(({ marketSeq }) => marketSeq > 200).map(({ event }) => event)
  assert(after.some((event) => event.kind === 'denied' && event.code === 'TRADING_STATE'))
  assert(!after.some((event) => event.kind === 'approved' && event.order.purpose === 'entry'))
  const again = await session(store)
  assert.equal(again.engine.journal.hash, hashOf(store))
})

test('a log that other data, another strategy or another hand wrote is refused, naming the entry', async () => {
  const store = createLogStore()
  await session(store)
  const diverged = { code: 'CDB_LOG_DIVERGED' }
  const shifted = tape.map((event) => (event.kind === 'trade' ? { ...event, price: event.price + 1 } : event))
  await assert.rejects(session(store, { source: sourceOf(shifted, 100) }), diverged)
  await assert.rejects(session(store, { source: sourceOf(tape.slice(0, 500), 100) }), diverged)
  const idle = configOf({ strategy: scripted({}), limits: { 'C16.losses': '1000' } })
  await assert.rejects(session(store, { config: idle }), diverged)
  const last = store.entries.at(-1)
  assert(last !== undefined)
  store.entries = store.entries.slice(0, -1)
  await assert.rejects(session(store), { ...diverged, message: new RegExp(`entry ${last.seq} `) })
})
