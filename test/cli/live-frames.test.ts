import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFrameParser } from '../../src/cli/live-frames.ts'

const NOW_MS = 1_700_000_000_000

const tradeFrame = (id: number, symbol = 'BTCUSDT'): string =>
  `{"stream":"btcusdt@trade","data":{"e":"trade","E":1723075200000,"s":"${symbol}","t":${id},` +
  '"p":"55123.45000000","q":"0.00100000","T":1723075200001,"m":true,"M":true}}'
const quoteFrame =
  '{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"55123.44000000","B":"1.5",' +
  '"a":"55123.45000000","A":"2"}}'

test('a frame of a trade is a trade, of a ticker a quote', () => {
  const parse = createFrameParser('BTCUSDT', NOW_MS)
  const [quote] = parse(quoteFrame)
  assert.deepEqual([quote?.kind, quote?.eventMs], ['quote', NOW_MS])
  assert.deepEqual(parse(tradeFrame(7)), [
    {
      ...{ kind: 'trade', eventMs: 1_723_075_200_001, tradeId: 7, price: 55_123.45 },
      ...{ quantity: 0.001, aggressor: 'sell' },
    },
  ])
})

test('frames of other symbols, of no use or in no shape give nothing', () => {
  const parse = createFrameParser('BTCUSDT', NOW_MS)
  for (const text of [
    tradeFrame(1, 'ETHUSDT'),
    '{"result":null,"id":1}',
    '{"e":"trade","p":"NaN"}',
    tradeFrame(2).slice(0, 60),
    '',
    'null',
    '[1,2]',
    '['.repeat(10_000),
    '{"__proto__":{"e":"trade"}}',
  ]) {
    assert.deepEqual(parse(text), [], text.slice(0, 40))
  }
  assert.equal(parse(tradeFrame(3)).length, 1)
})
