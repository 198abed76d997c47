import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFrame } from '../../../src/adapters/recording/binance-json.ts'
import { tradeFrame } from './scratch.ts'

test('a frame is read with its symbol, with or without its stream', () => {
  const frame = {
    kind: 'trade',
    id: 7,
    price: 100.5,
    quantity: 0.25,
    tradeMs: 1_700_000_000_007,
    buyerIsMaker: false,
  }
  assert.deepEqual(parseFrame(tradeFrame(7)), { kind: 'frame', frame, symbol: 'BTCUSDT' })
  const bare = JSON.stringify((JSON.parse(tradeFrame(7)) as { data: unknown }).data)
  assert.deepEqual(parseFrame(bare), { kind: 'frame', frame, symbol: 'BTCUSDT' })
})

test('a snapshot names no symbol', () => {
  assert.deepEqual(parseFrame('{"lastUpdateId":5,"bids":[["1.5","2"]],"asks":[["1.6","0"]]}'), {
    kind: 'frame',
    frame: {
      kind: 'depthSnapshot',
      lastUpdateId: 5,
      levels: [
        { side: 'buy', price: 1.5, quantity: 2 },
        { side: 'sell', price: 1.6, quantity: 0 },
      ],
    },
    symbol: null,
  })
})

test('what is no frame of use is ignored, what is broken is bad', () => {
  for (const text of [
    '{}',
    '{"result":null,"id":1}',
    '{"e":"kline","s":"BTCUSDT"}',
    '{"data":{"e":"24hrTicker"}}',
  ]) {
    assert.deepEqual(parseFrame(text), { kind: 'ignored' })
  }
  for (const text of [
    '',
    'x',
    '[]',
    '7',
    'null',
    '{"e":"trade"}',
    '{"lastUpdateId":5}',
    '{"B":"1","A":"1"}',
  ]) {
    assert.equal(parseFrame(text).kind, 'bad', text)
  }
})

test('deeply nested JSON is refused, not followed', () => {
  assert.equal(parseFrame(`{"e":"trade","p":${'['.repeat(100_000)}`).kind, 'bad')
})
