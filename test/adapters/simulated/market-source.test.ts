import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSimulatedSource } from '../../../src/adapters/simulated/market-source.ts'
import { instrumentOf } from '../../../src/domain/instruments.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'
import type { MarketSource } from '../../../src/engine/ports.ts'
import { createSimulatedMarket } from '../../../src/engine/simulated-market.ts'

const options = { instrument: instrumentOf('BTCUSDT.SIM'), seed: 3, startMs: 1_700_000_000_000 }

async function readAll(source: MarketSource, countMax: number): Promise<readonly MarketEvent[]> {
  const events: MarketEvent[] = []
  for (let batch = await source.read(countMax); batch !== null; batch = await source.read(countMax)) {
    assert(batch.length <= countMax)
    for (let index = 0; index < batch.length; index++) events.push(batch.at(index) as MarketEvent)
  }
  return events
}

test('the source gives the events of the market, and ends where it was told', async () => {
  const market = createSimulatedMarket(options)
  const expected = Array.from({ length: 1000 }, () => market.next())
  assert.deepEqual(await readAll(createSimulatedSource({ ...options, events: 1000 }), 7), expected)
  assert.deepEqual(await readAll(createSimulatedSource({ ...options, events: 1000 }), 1000), expected)
})

test('a closed source has no more events', async () => {
  const source = createSimulatedSource(options)
  assert.equal((await source.read(10))?.length, 10)
  await source.close()
  assert.equal(await source.read(10), null)
})
