import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { failsWith, readContent, zipOf } from './scratch.ts'

const TRADES_CSV = '1,100.5,0.25,25.125,1700000000000,True,True\n2,100.6,1,100.6,1700000000010,False,True\n'
const TRADES: readonly MarketEvent[] = [
  { kind: 'trade', eventMs: 1_700_000_000_000, tradeId: 1, price: 100.5, quantity: 0.25, aggressor: 'sell' },
  { kind: 'trade', eventMs: 1_700_000_000_010, tradeId: 2, price: 100.6, quantity: 1, aggressor: 'buy' },
]

test('klines close with the millisecond after their close time', async () => {
  const rest = '100,5,50,500,0'
  const { events } = await readContent(
    'BTCUSDT-1m-2023-11.csv',
    `1700000040000,1,3,0.5,2,10,1700000099999,${rest}\n1700000220000,2,2,2,2,0,1700000279999,${rest}\n`,
  )
  assert.deepEqual(events, [
    {
      kind: 'candle',
      eventMs: 1_700_000_100_000,
      intervalMs: 60_000,
      open: 1,
      high: 3,
      low: 0.5,
      close: 2,
      volume: 10,
    },
    { kind: 'gap', eventMs: 1_700_000_220_000, gapMs: 120_000 },
    {
      kind: 'candle',
      eventMs: 1_700_000_280_000,
      intervalMs: 60_000,
      open: 2,
      high: 2,
      low: 2,
      close: 2,
      volume: 0,
    },
  ])
  const micro = await readContent(
    'BTCUSDT-1m-2025-01.csv',
    `1735689600000000,1,3,0.5,2,10,1735689659999999,${rest}\n`,
  )
  assert.equal(micro.events[0]?.eventMs, 1_735_689_660_000)
  assert.equal((micro.events[0] as { intervalMs: number }).intervalMs, 60_000)
})

test('a CSV with a header is read by the names of its columns', async () => {
  const trades = [
    'side,Quantity,time,price',
    'sell,0.25,2023-11-14T22:13:20.000Z,100.5',
    'BUY,1,2023-11-14T22:13:20.010Z,100.6',
    ',1,2023-11-14 22:13:20.010,100.6',
  ].join('\n')
  const { events } = await readContent('x.csv', trades, 'BTCUSDT.BINANCE')
  assert.deepEqual(
    events.slice(0, 2),
    TRADES.map((trade) => ({ ...trade, tradeId: null })),
  )
  assert.equal((events[2] as { aggressor: string | null }).aggressor, null)
  const candles = await readContent(
    'x.csv',
    'timestamp,open,high,low,close,volume\n1700000000,1,3,0.5,2,10\n1700003600,2,2,2,2,1\n',
    'BTCUSDT.BINANCE',
  )
  assert.deepEqual(
    candles.events.map((event) => event.eventMs),
    [1_700_003_600_000, 1_700_007_200_000],
  )
  const closing = await readContent(
    'x.csv',
    'eventMs,intervalMs,open,high,low,close,volume\n1700000060000,60000,1,3,0.5,2,10\n',
    'BTCUSDT.BINANCE',
  )
  assert.deepEqual(closing.events[0], {
    kind: 'candle',
    eventMs: 1_700_000_060_000,
    intervalMs: 60_000,
    open: 1,
    high: 3,
    low: 0.5,
    close: 2,
    volume: 10,
  })
})

const futuresRows = '1,100.5,0.25,25.125,1700000000000,true\n2,100.6,1,100.6,1700000000010,false\n'

test('trades of futures, aggregates and microseconds are told apart', async () => {
  const futures = `id,price,qty,quote_qty,time,is_buyer_maker
${futuresRows}`
  const aggregates = '1,100.5,0.25,10,11,1700000000000,True,True\n2,100.6,1,12,12,1700000000010,False,True\n'
  const microseconds = TRADES_CSV.replaceAll(/(17000000000\d\d)/g, '$1999')
  for (const content of [
    futures,
    aggregates,
    microseconds,
    `\ufeff${futures}`,
    TRADES_CSV.replaceAll('\n', '\r\n'),
  ]) {
    const { events } = await readContent('x.csv', content, 'BTCUSDT.BINANCE')
    assert.deepEqual(events, TRADES)
  }
})

test('LEAN minutes need a date in a name', async () => {
  const rows = '0,1,3,0.5,2,10\n60000,2,2,2,2,1\n'
  await failsWith(readContent('x.csv', rows, 'BTCUSD.COINBASE'), 'CDB_FORMAT_UNKNOWN', /no date in its name/)
  const { events } = await readContent(
    '20180404_trade.zip',
    zipOf({ '20180404_btcusd_minute_trade.csv': rows }),
    'BTCUSD.COINBASE',
  )
  assert.deepEqual(
    events.map((event) => event.eventMs),
    [Date.UTC(2018, 3, 4, 0, 1), Date.UTC(2018, 3, 4, 0, 2)],
  )
})
