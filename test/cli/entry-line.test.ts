import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogStore, openMemoryLog } from '../../src/adapters/memory/event-log.ts'
import { entryLine } from '../../src/cli/entry-line.ts'
import { runEmbedded } from '../../src/services/embedded.ts'
import { createTapeSourceOf } from './trade-source.ts'
import { configOf, enterLong, exitLong, scripted, tradeAt } from '../engine/scenario.ts'

test('signals, denials, orders and fills are one line each with time, numbers and reason; marks are not', async () => {
  const store = createLogStore()
  const trades = Array.from({ length: 60 }, (_, index) => tradeAt(index + 1, index * 1_000, 50_000 + index))
  await runEmbedded({
    config: configOf({ strategy: scripted({ 5: exitLong, 10: enterLong, 30: exitLong }) }),
    source: createTapeSourceOf(trades),
    log: openMemoryLog(store),
    signal: new AbortController().signal,
  })
  const kinds = new Set<string>()
  for (const { event } of store.entries) {
    const line = entryLine(event)
    if (line === null) continue
    kinds.add(event.kind)
    assert.match(line.text, /^\d\d:\d\d:\d\d\.\d{3} [a-z]+ +\S/)
    assert.doesNotMatch(line.text, /\n|undefined|\[object/)
  }
  for (const kind of ['signal', 'denied', 'approved', 'filled']) assert(kinds.has(kind), `${kind} has a line`)
  assert(!kinds.has('mark'))
})
