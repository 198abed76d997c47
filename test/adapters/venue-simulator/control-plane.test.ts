import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { answerControl } from '../../../src/adapters/venue-simulator/control-plane.ts'
import { createFaults, faultMeanings } from '../../../src/adapters/venue-simulator/faults.ts'
import { createPostCount } from '../../../src/adapters/venue-simulator/ledger.ts'
import type { VenueSimulator } from '../../../src/adapters/venue-simulator/server.ts'
import { createForgetfulState } from '../../../src/adapters/venue-simulator/state-file.ts'
import { NOW_MS, openExchange } from './exchange-session.ts'
import { control, startSimulator } from './simulator.ts'

suite('the control plane', () => {
  let venue: VenueSimulator
  before(async () => {
    venue = await startSimulator()
  })
  after(() => venue.close())

  test('what cannot be read is refused with a reason', async () => {
    const wrong = await control(venue, 'POST', '/sim/faults', { kind: 'earthquake' })
    assert.equal(wrong.status, 400)
    const order = await control(venue, 'POST', '/sim/orders', { action: 'place', side: 'BUY' })
    assert.equal(order.status, 400)
    assert.equal(
      (await control(venue, 'POST', '/sim/orders', { action: 'cancel', clientOrderId: 'x' })).status,
      400,
    )
    assert.equal((await control(venue, 'GET', '/sim/other')).status, 404)
  })

  test('an order by hand rests, is in the ledger without a post, and can be canceled', async () => {
    const limit = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '30000' }
    const order = { action: 'place', clientOrderId: 'by-hand', ...limit }
    assert.equal((await control(venue, 'POST', '/sim/orders', order)).status, 200)
    assert.equal(
      (await control(venue, 'POST', '/sim/orders', { action: 'cancel', clientOrderId: 'by-hand' })).status,
      200,
    )
    const { body } = await control(venue, 'GET', '/sim/ledger')
    assert.deepEqual(body, JSON.parse(JSON.stringify(venue.ledger())))
    assert.deepEqual(
      venue.ledger().orders.map(({ clientOrderId, posts, state }) => [clientOrderId, posts, state]),
      [['by-hand', 0, 'canceled']],
    )
  })
})

test('faults are taken, counted and cleared by kind', () => {
  const faults = createFaults(() => 0)
  let closed = 0
  const ask = (method: string, body: unknown, kind = '') =>
    answerControl(
      {
        ...{ exchange: openExchange().exchange, posts: createPostCount(createForgetfulState()), faults },
        ...{ nowMs: () => NOW_MS, closeStreams: () => closed++ },
      },
      { method, path: '/sim/faults', body: JSON.stringify(body), params: new URLSearchParams({ kind }) },
    )
  ask('POST', { kind: 'closeStreams' })
  assert.equal(closed, 1)
  ask('POST', { kind: 'dropReply' })
  ask('POST', { kind: 'feedGap' })
  ask('DELETE', null, 'feedGap')
  assert.equal(faults.peek('feedGap'), null)
  assert.notEqual(faults.peek('dropReply'), null)
  assert.deepEqual(ask('GET', null).body, { closeStreams: 1 })
})

test('the document lists each fault with its meaning', () => {
  const text = readFileSync(new URL('../../../docs/reference/venue-protocol.md', import.meta.url), 'utf8')
  for (const [kind, meaning] of Object.entries(faultMeanings)) {
    const row = text.split('\n').find((line) => line.startsWith(`| \`${kind}\``))
    assert(row?.includes(meaning), `${kind}: ${meaning}`)
  }
})
