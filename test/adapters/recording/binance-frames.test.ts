import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createFramesDecoder } from '../../../src/adapters/recording/binance-frames.ts'
import type { RowSink } from '../../../src/adapters/recording/row-sink.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { tradeFrame } from './scratch.ts'

type Decoded = Readonly<{
  events: readonly MarketEvent[]
  received: readonly number[]
  bad: readonly string[]
}>

function decode(lines: readonly string[], { ended = true, firstMs = null as number | null } = {}): Decoded {
  const events: MarketEvent[] = []
  const received: number[] = []
  const bad: string[] = []
  const sink: RowSink = {
    event(event, receivedMs) {
      events.push(event)
      received.push(receivedMs)
      return null
    },
    bad: (line, reason) => bad.push(`${line}: ${reason}`),
    corrupt(problem) {
      throw new Error(problem)
    },
  }
  const decoder = createFramesDecoder(sink, { symbol: 'BTCUSDT', others: 'ignore', firstMs })
  for (const [index, line] of lines.entries()) {
    const bytes = Buffer.from(line)
    decoder.line(bytes, 0, bytes.length, index + 1, ended || index < lines.length - 1)
  }
  return { events, received, bad }
}

const QUOTE = JSON.stringify({
  stream: 'btcusdt@bookTicker',
  data: {
    u: 50093239212,
    s: 'BTCUSDT',
    b: '61837.63000000',
    B: '3.78826000',
    a: '61837.64000000',
    A: '1.54698000',
  },
})
const BIDS = [
  ['61737.63000000', '0.00000000'],
  ['61730.17000000', '1.50000000'],
]
const DEPTH = JSON.stringify({
  stream: 'btcusdt@depth@100ms',
  data: {
    e: 'depthUpdate',
    E: 1723161255208,
    s: 'BTCUSDT',
    U: 5,
    u: 9,
    b: BIDS,
    a: [['61837.64000000', '1.54698000']],
  },
})

test('a trade keeps its id and time, and the aggressor is the side that did not make', () => {
  const { events, received } = decode([
    `1723161254087896568 ${tradeFrame(7, { maker: true })}`,
    `1723161254087896568 ${tradeFrame(8, { maker: false })}`,
  ])
  assert.deepEqual(events[0], {
    kind: 'trade',
    eventMs: 1_700_000_000_007,
    tradeId: 7,
    price: 100.5,
    quantity: 0.25,
    aggressor: 'sell',
  })
  assert.equal((events[1] as { aggressor: string }).aggressor, 'buy')
  assert.deepEqual(received, [1_723_161_254_087, 1_723_161_254_087])
})

test('a quote has the newest venue time seen, for it brings none', () => {
  const { events } = decode([QUOTE, tradeFrame(7), QUOTE, tradeFrame(20), QUOTE], {
    firstMs: 1_699_999_999_000,
  })
  assert.deepEqual(
    events.map((event) => event.eventMs),
    [1_699_999_999_000, 1_700_000_000_007, 1_700_000_000_007, 1_700_000_000_020, 1_700_000_000_020],
  )
  assert.deepEqual(events[0], {
    kind: 'quote',
    eventMs: 1_699_999_999_000,
    bidPrice: 61837.63,
    bidQuantity: 3.78826,
    askPrice: 61837.64,
    askQuantity: 1.54698,
  })
})

test('a quote has the receive time when no venue time is known, and is bad without any', () => {
  assert.equal(decode([`1723161254087896568 ${QUOTE}`]).events[0]?.eventMs, 1_723_161_254_087)
  assert.deepEqual(decode([QUOTE]).bad, ['1: no time is known for this frame'])
})

test('all levels of a diff become events behind a reset', () => {
  const level = { kind: 'bookLevel', eventMs: 1_723_161_255_208 }
  assert.deepEqual(decode([DEPTH]).events, [
    { kind: 'bookReset', eventMs: 1_723_161_255_208 },
    { ...level, side: 'buy', price: 61737.63, quantity: 0 },
    { ...level, side: 'buy', price: 61730.17, quantity: 1.5 },
    { ...level, side: 'sell', price: 61837.64, quantity: 1.54698 },
  ])
})

test('frames without the stream around them read the same', () => {
  for (const frame of [tradeFrame(7), QUOTE, DEPTH]) {
    const bare = JSON.stringify((JSON.parse(frame) as { data: unknown }).data)
    assert.deepEqual(decode([bare], { firstMs: 5 }).events, decode([frame], { firstMs: 5 }).events)
  }
})

test('a frame in any other spelling of its JSON reads the same as in the known shape', () => {
  const spaced = (frame: string): string => JSON.stringify(JSON.parse(frame), null, 1).replaceAll('\n', ' ')
  const reordered = (frame: string): string => {
    const { stream, data } = JSON.parse(frame) as { stream: string; data: Record<string, unknown> }
    return JSON.stringify({ data: Object.fromEntries(Object.entries(data).toReversed()), stream })
  }
  fc.assert(
    fc.property(fc.nat(1e9), fc.nat(1e12), fc.nat(1e12), fc.boolean(), (id, price, quantity, maker) => {
      const text = (value: number): string => ((value + 1) / 1e8).toFixed(8)
      const frame = tradeFrame(id, { price: text(price), quantity: text(quantity), maker })
      const { events, bad } = decode([frame])
      assert.deepEqual(bad, [])
      assert.equal(events.length, 1)
      assert.deepEqual(decode([spaced(frame)]).events, events)
      assert.deepEqual(decode([reordered(frame)]).events, events)
    }),
  )
  for (const frame of [QUOTE, DEPTH]) {
    const { events } = decode([frame], { firstMs: 5 })
    assert.deepEqual(decode([spaced(frame)], { firstMs: 5 }).events, events)
    assert.deepEqual(decode([reordered(frame)], { firstMs: 5 }).events, events)
  }
})

test('bad numbers make a bad row that says what was sent', () => {
  const frames = [
    tradeFrame(1, { price: 'NaN' }),
    tradeFrame(2, { price: '1e5' }),
    tradeFrame(3, { price: '0.00000000' }),
    tradeFrame(4, { quantity: '-1' }),
    tradeFrame(5, { price: '9'.repeat(60) }),
    tradeFrame(6, { quantity: '0.00000000' }),
    tradeFrame(7).replace('"p":"100.50000000"', '"p":100.5'),
    tradeFrame(8).replace('"m":false', '"m":1'),
    tradeFrame(9).replace('"t":9', '"t":-9'),
    DEPTH.replace('61730.17000000', 'Infinity'),
    QUOTE.replace('3.78826000', '3.7.8'),
    DEPTH.replace('"a":[[', '"x":[['),
    '{"e":"trade"',
    '[]',
    'garbage',
  ]
  const { events, bad } = decode(frames)
  assert.deepEqual(events, [])
  assert.deepEqual(bad, [
    '1: price "NaN" is not plain decimal digits',
    '2: price "1e5" is not plain decimal digits',
    '3: price is zero',
    '4: quantity -1 is negative',
    `5: price ${'9'.repeat(60)} has more digits than a price or quantity can hold`,
    '6: quantity is zero',
    '7: price is not text',
    '8: "m" is not true or false',
    '9: "t" is not a whole number',
    '10: level price "Infinity" is not plain decimal digits',
    '11: bid quantity "3.7.8" is not plain decimal digits',
    '12: a side of the book is missing',
    '13: not JSON',
    '14: not a JSON object',
    '15: not JSON',
  ])
})

test('frames of no use are passed over', () => {
  const { events, bad } = decode([
    '{"result":null,"id":1}',
    '{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1,"s":"BTCUSDT","k":{}}}',
    tradeFrame(1, { symbol: 'ETHUSDT' }),
  ])
  assert.deepEqual([events, bad], [[], []])
})

test('a last line cut anywhere is an error, not a shorter result', () => {
  const frame = `1723161254087896568 ${tradeFrame(1)}`
  for (let length = 21; length < frame.length; length++) {
    assert.throws(() => decode([frame, frame.slice(0, length)], { ended: false }), /line 2 is cut off/)
  }
  assert.equal(decode([frame, frame], { ended: false }).events.length, 2)
})

test('of trades that come on two streams only those of the first count', () => {
  const aggregate = tradeFrame(9).replace('"e":"trade"', '"e":"aggTrade"').replace('"t":', '"a":')
  assert.equal(decode([tradeFrame(1), aggregate]).events.length, 1)
  assert.equal((decode([aggregate]).events[0] as { tradeId: number }).tradeId, 9)
})

test('microseconds become milliseconds', () => {
  const frame = tradeFrame(1).replaceAll(/1700000000\d{3}/g, (ms) => `${ms}999`)
  assert.equal(decode([frame]).events[0]?.eventMs, 1_700_000_000_001)
})
