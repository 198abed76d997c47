import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { orderFor } from '../../contracts/venue-gateway.ts'
import { startSession } from '../binance/venue-session.ts'
import { inFolder } from '../recording/scratch.ts'
import { startSimulator } from './simulator.ts'

test('each POST is told of before anything is done about it', async () => {
  const told: (readonly [string, number])[] = []
  const session = await startSession({
    onOrder: (clientOrderId) => void told.push([clientOrderId, session.venue.ledger().trades.length]),
  })
  try {
    await session.gateway.place(orderFor(session, { id: 'cdb1' }), Date.now())
    assert.deepEqual(told, [['cdb1', 0]])
    assert.equal(session.venue.ledger().orders[0]?.state, 'filled')
  } finally {
    await session.close()
  }
})

test('with a state file a restart keeps the ledger, and its market goes on', async () => {
  await inFolder(async (folder) => {
    const stateFile = join(folder, 'venue.jsonl')
    const first = await startSession({ stateFile })
    await first.gateway.place(orderFor(first, { id: 'cdb1' }), Date.now())
    await first.gateway.place(orderFor(first, { id: 'cdb2', quantity: (10n ** 18n) as never }), Date.now())
    const before = first.venue.ledger()
    const trades = await (await fetch(`${first.venue.url}/api/v3/historicalTrades?limit=5`)).text()
    await first.close()
    const second = await startSession({ stateFile, startMs: Date.now() })
    assert.deepEqual(second.venue.ledger(), before)
    assert.equal(await (await fetch(`${second.venue.url}/api/v3/historicalTrades?limit=5`)).text(), trades)
    await second.close()
  })
})

test('a body without end and a url that is none do no harm', async () => {
  const venue = await startSimulator()
  await assert.rejects(fetch(`${venue.url}/sim/faults`, { method: 'POST', body: 'x'.repeat(10_000_000) }))
  assert.equal((await fetch(`${venue.url}/api/v3/ping`)).status, 200)
  await venue.close()
})

test('a port that is taken is named', async () => {
  const venue = await startSimulator()
  await assert.rejects(startSimulator({ port: Number(new URL(venue.url).port) }), { code: 'CDB_PORT_IN_USE' })
  await venue.close()
})
