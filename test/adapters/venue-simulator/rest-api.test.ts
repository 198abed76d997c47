import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { simulatorCredentials } from '../../../src/adapters/venue-simulator/credentials.ts'
import { createFaults } from '../../../src/adapters/venue-simulator/faults.ts'
import { createLiveTape } from '../../../src/adapters/venue-simulator/live-tape.ts'
import { callOf, createRestApi, refused } from '../../../src/adapters/venue-simulator/rest-api.ts'
import type { ApiAnswer } from '../../../src/adapters/venue-simulator/rest-api.ts'
import { NOW_MS, openExchange } from './exchange-session.ts'
import { simulated } from './simulator.ts'

function openApi(): (method: string, path: string, query?: string) => ApiAnswer {
  const api = createRestApi({
    ...{ instrument: simulated, credentials: simulatorCredentials, exchange: openExchange().exchange },
    tape: createLiveTape({ instrument: simulated, seed: 1, startMs: NOW_MS, tradesPerSecond: 0 }),
    ...{ faults: createFaults(() => 0), nowMs: () => NOW_MS, listenKey: () => 'listen' },
  })
  return (method, path, query = '') => {
    const text = `${query}&timestamp=${NOW_MS}`
    const signature = createHmac('sha256', simulatorCredentials.secret).update(text).digest('hex')
    const signed = `${text}&signature=${signature}`
    const params = new URLSearchParams(signed)
    return api({
      method,
      path,
      query: signed,
      params,
      apiKey: simulatorCredentials.apiKey,
      arrivedMs: NOW_MS,
    })
  }
}

const codeOf = ({ body }: ApiAnswer): unknown =>
  (JSON.parse(JSON.stringify(body)) as Readonly<Record<string, unknown>>)['code'] ?? null
const ORDER = '/api/v3/order'

test('market data and time need no key', () => {
  const ask = openApi()
  for (const path of ['ping', 'time', 'exchangeInfo', 'historicalTrades']) {
    assert.equal(ask('GET', `/api/v3/${path}`).status, 200)
  }
  assert.equal(ask('GET', '/api/v3/klines').status, 404)
  assert.equal(ask('POST', '/api/v3/time').status, 404)
})

test('orders are placed, found by either id, and canceled', () => {
  const ask = openApi()
  const order =
    'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000&newClientOrderId=cdb1'
  const placed = ask('POST', ORDER, order)
  assert.equal(placed.status, 200)
  const { orderId } = JSON.parse(JSON.stringify(placed.body)) as { orderId: number }
  assert.equal(ask('GET', ORDER, 'symbol=BTCUSDT&origClientOrderId=cdb1').status, 200)
  assert.equal(ask('GET', ORDER, `symbol=BTCUSDT&orderId=${orderId}`).status, 200)
  assert.equal(codeOf(ask('POST', ORDER, order)), -2010)
  assert.equal(ask('DELETE', ORDER, 'symbol=BTCUSDT&origClientOrderId=cdb1').status, 200)
  assert.equal(codeOf(ask('DELETE', ORDER, 'symbol=BTCUSDT&origClientOrderId=cdb1')), -2011)
  assert.equal(codeOf(ask('GET', ORDER, 'symbol=BTCUSDT&origClientOrderId=cdb2')), -2013)
  assert.equal(codeOf(ask('GET', ORDER, 'symbol=ETHUSDT&origClientOrderId=cdb1')), -1121)
})

test('a listen key is given to who has the key', () => {
  const ask = openApi()
  assert.deepEqual(ask('POST', '/api/v3/userDataStream').body, { listenKey: 'listen' })
})

test('requests are told apart for faults', () => {
  assert.equal(callOf({ method: 'POST', path: ORDER }), 'place')
  assert.equal(callOf({ method: 'DELETE', path: ORDER }), 'cancel')
  assert.equal(callOf({ method: 'GET', path: ORDER }), 'query')
  assert.equal(callOf({ method: 'GET', path: '/api/v3/time' }), null)
  assert.deepEqual(refused({ code: -1, message: 'no' }), { status: 400, body: { code: -1, msg: 'no' } })
})
