import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchSource } from '../../../src/adapters/system/watchdog.ts'
import type { Watchdog } from '../../../src/adapters/system/watchdog.ts'
import { createTapeSourceOf } from '../../cli/trade-source.ts'
import { bitcoin, tradeAt } from '../../engine/scenario.ts'

/** A watchdog that notes what it hears. */
const listening = (): Watchdog & { readonly heard: string[] } => {
  const heard: string[] = []
  return {
    heard,
    beat: () => heard.push('beat'),
    rest: () => heard.push('rest'),
    close: () => Promise.resolve(),
  }
}

test('it rests while data is waited for, and beats for each event that is taken', async () => {
  const watchdog = listening()
  const trades = [tradeAt(1, 0, 100), tradeAt(2, 1, 101)]
  const source = watchSource(createTapeSourceOf(trades), watchdog)
  assert.equal(source.instrument, bitcoin)
  const batch = await source.read(10)
  assert.deepEqual(watchdog.heard, ['rest', 'beat'])
  assert.deepEqual([batch?.length, batch?.at(0), batch?.at(1)], [2, ...trades])
  assert.deepEqual(watchdog.heard, ['rest', 'beat', 'beat', 'beat'])
  assert.equal(await source.read(10), null)
  await source.close()
})
