import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openMarketFiles } from '../../../src/adapters/recording/open.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { realData, realDataTest } from '../../real-data.ts'
import { failsWith, inFolder, readContent, readEvents, tradeFrame, zipOf } from './scratch.ts'

const kinds = (events: readonly MarketEvent[]): string => events.map((event) => event.kind).join(' ')

const TRADES_CSV = '1,100.5,0.25,25.125,1700000000000,True,True\n2,100.6,1,100.6,1700000000010,False,True\n'
const TRADES: readonly MarketEvent[] = [
  { kind: 'trade', eventMs: 1_700_000_000_000, tradeId: 1, price: 100.5, quantity: 0.25, aggressor: 'sell' },
  { kind: 'trade', eventMs: 1_700_000_000_010, tradeId: 2, price: 100.6, quantity: 1, aggressor: 'buy' },
]

realDataTest('the recorded Binance frames are read whole', async () => {
  const { events, files } = await readEvents([realData('binance-spot-btcusdt-2024-08-08.ws.gz')])
  const summary = files.summary()
  assert.equal(files.instrument.id, 'BTCUSDT.BINANCE')
  assert.equal(summary.trades, 9757)
  assert.equal(summary.quotes, 28_040)
  assert.equal(files.badRowCount(), 0)
  assert.equal(summary.gaps, 0)
  assert.equal(summary.priceMin, 61583.22)
  assert.equal(summary.priceMax, 61860.8)
  assert.equal(events.length, summary.events)
  assert.equal(summary.firstMs, 1_723_161_255_208)
  assert.equal(summary.lastMs, 1_723_161_601_271)
})

realDataTest(
  'the hole in the recorded minutes of 2018-04-04 is a gap, within and between files',
  async () => {
    const days = ['20180406', '20180404', '20180405'].map((day) =>
      realData(`coinbase-minute-btcusd-${day}_trade.zip`),
    )
    const { files, events } = await readEvents(days)
    const summary = files.summary()
    assert.equal(files.instrument.id, 'BTCUSD.COINBASE')
    assert.equal(summary.candles, 1007 + 1440 + 1440)
    assert.deepEqual(summary.gapList, [
      { fromMs: Date.UTC(2018, 3, 4, 16, 46), toMs: Date.UTC(2018, 3, 4, 16, 47) },
      { fromMs: Date.UTC(2018, 3, 4, 16, 48), toMs: Date.UTC(2018, 3, 5) },
    ])
    assert.equal(summary.firstMs, Date.UTC(2018, 3, 4))
    assert.equal(summary.lastMs, Date.UTC(2018, 3, 7))
    assert.equal(kinds(events).split('gap').length, 3)
  },
)

realDataTest('recorded daily candles close a day after they open', async () => {
  const { events, files } = await readEvents([realData('coinbase-daily-btcusd_trade.zip')])
  assert.equal(files.summary().candles, 1318)
  assert.deepEqual(events[0], {
    kind: 'candle',
    eventMs: Date.UTC(2014, 11, 2),
    intervalMs: 86_400_000,
    open: 300,
    high: 370,
    low: 300,
    close: 370,
    volume: 0.05655554,
  })
})

test('public trades are read as CSV, zip and gzip, whatever the file is called', async () => {
  const inside = zipOf({ 'BTCUSDT-trades-2023-11.csv': TRADES_CSV })
  for (const content of [
    TRADES_CSV,
    inside,
    gzipSync(TRADES_CSV),
    gzipSync(inside),
    zipOf({ a: TRADES_CSV }, true),
  ]) {
    const { events, files } = await readContent('strange.name', content, 'BTCUSDT.BINANCE')
    assert.deepEqual(events, TRADES)
    assert.equal(files.files[0]?.format, 'Binance trades')
  }
})

test('public files name their instrument', async () => {
  const { files } = await readContent('ETHUSDT-trades-2023-11.zip', zipOf({ x: TRADES_CSV }))
  assert.equal(files.instrument.id, 'ETHUSDT.BINANCE')
})

test('trades of futures, aggregates and microseconds are told apart', async () => {
  const futures =
    'id,price,qty,quote_qty,time,is_buyer_maker\n1,100.5,0.25,25.125,1700000000000,true\n2,100.6,1,100.6,1700000000010,false\n'
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
  const trades =
    'side,Quantity,time,price\nsell,0.25,2023-11-14T22:13:20.000Z,100.5\nBUY,1,2023-11-14T22:13:20.010Z,100.6\n,1,2023-11-14 22:13:20.010,100.6\n'
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

test('missing trade ids are a gap in front of the next trade', async () => {
  const { events, files } = await readContent('x.ws', `${tradeFrame(5)}\n${tradeFrame(9)}\n`)
  assert.equal(kinds(events), 'trade gap trade')
  assert.deepEqual(events[1], { kind: 'gap', eventMs: 1_700_000_000_009, gapMs: 4 })
  assert.deepEqual(files.summary().gapList, [{ fromMs: 1_700_000_000_005, toMs: 1_700_000_000_009 }])
})

test('duplicated and unsorted trades are left out, listed and counted', async () => {
  const lines = [
    tradeFrame(5),
    tradeFrame(5),
    tradeFrame(4),
    tradeFrame(6, { ms: 1_600_000_000_000 }),
    tradeFrame(6),
  ]
  const { events, files } = await readContent('x.ws', lines.join('\n'))
  assert.equal(kinds(events), 'trade trade')
  assert.equal(files.badRowCount(), 3)
  assert.deepEqual(
    files.badRows.map(({ line, reason }) => `${line}: ${reason}`),
    [
      '2: duplicate of trade 5',
      '3: out of order: trade 4 after 5',
      '4: out of order: trade of 1600000000000 ms after one of 1700000000005 ms',
    ],
  )
})

test('of many bad rows twenty are kept and all are counted', async () => {
  const bad = Array.from({ length: 50 }, () => 'x,y,z,z,z,True,True')
  const { files } = await readContent('x.csv', `${TRADES_CSV}${bad.join('\n')}\n`, 'BTCUSDT.BINANCE')
  assert.equal(files.badRowCount(), 50)
  assert.equal(files.badRows.length, 20)
  assert.match(files.badRows[0]?.reason ?? '', /price "y" is not plain decimal digits/)
})

test('each bad field of a CSV says what is the matter', async () => {
  const rows = [
    '3,NaN,1,1,1700000000020,True,True',
    '3,Infinity,1,1,1700000000020,True,True',
    '3,1e5,1,1,1700000000020,True,True',
    `3,${'1'.repeat(60)},1,1,1700000000020,True,True`,
    '3,0,1,1,1700000000020,True,True',
    '3,1,-1,1,1700000000020,True,True',
    '3,1,0,1,1700000000020,True,True',
    '3,1,1,1,soon,True,True',
    'x,1,1,1,1700000000020,True,True',
    '3,1,1,1,1700000000020,Maybe,True',
    '3,1,1,1',
  ]
  const { files } = await readContent('x.csv', `${TRADES_CSV}${rows.join('\n')}\n`, 'BTCUSDT.BINANCE')
  assert.deepEqual(
    files.badRows.map(({ reason }) => reason),
    [
      'price "NaN" is not plain decimal digits',
      'price "Infinity" is not plain decimal digits',
      'price "1e5" is not plain decimal digits',
      `price ${'1'.repeat(60)} has more digits than a price or quantity can hold`,
      'price is zero',
      'quantity -1 is negative',
      'quantity is zero',
      'time "soon" cannot be read',
      'trade id "x" is not a whole number',
      '"Maybe" is no side',
      '4 fields instead of 7',
    ],
  )
})

test('candles that contradict themselves or each other are bad rows', async () => {
  const head = 'time,intervalMs,open,high,low,close,volume\n1700000000000,60000,1,3,0.5,2,10\n'
  const rows = [
    '1700000060000,60000,1,0.9,0.5,2,10',
    '1700000000000,60000,1,3,0.5,2,10',
    '1700000030000,60000,1,3,0.5,2,10',
    '1700000060000,0,1,3,0.5,2,10',
  ]
  const { files } = await readContent('x.csv', `${head}${rows.join('\n')}\n`, 'BTCUSDT.BINANCE')
  assert.deepEqual(
    files.badRows.map(({ reason }) => reason),
    [
      'high and low do not enclose open and close',
      'duplicate of the candle that closes at 1700000060000 ms',
      'out of order: candle opens at 1700000030000 ms, the last closed at 1700000060000 ms',
      'the candle does not close after it opens',
    ],
  )
})

test('files are read in the order of their first time', async () => {
  await inFolder(async (folder) => {
    const [early, late] = [join(folder, 'b.ws'), join(folder, 'a.ws')]
    await writeFile(early, `${tradeFrame(1)}\n${tradeFrame(2)}\n`)
    await writeFile(late, `${tradeFrame(3)}\n${tradeFrame(6)}\n`)
    const { events } = await readEvents([late, early])
    assert.equal(kinds(events), 'trade trade trade gap trade')
  })
})

test('files of two instruments are refused, naming both', async () => {
  await inFolder(async (folder) => {
    const [bitcoin, ether] = [join(folder, 'b.ws'), join(folder, 'e.ws')]
    await writeFile(bitcoin, `${tradeFrame(1)}\n`)
    await writeFile(ether, `${tradeFrame(2, { symbol: 'ETHUSDT' })}\n`)
    await failsWith(
      openMarketFiles([bitcoin, ether]),
      'CDB_INSTRUMENT_MISMATCH',
      /e\.ws is of ETHUSDT.BINANCE, but .*b\.ws of BTCUSDT/,
    )
    await failsWith(
      openMarketFiles([ether], { instrument: 'BTCUSDT.BINANCE' }),
      'CDB_INSTRUMENT_MISMATCH',
      /--instrument BTCUSDT/,
    )
  })
})

test('frames of two instruments in one file need a choice', async () => {
  const mixed = `${tradeFrame(1)}\n${tradeFrame(7, { symbol: 'ETHUSDT' })}\n${tradeFrame(2)}\n`
  await failsWith(readContent('x.ws', mixed), 'CDB_INSTRUMENT_MISMATCH', /both BTCUSDT and ETHUSDT/)
  const { events, files } = await readContent('x.ws', mixed, 'ETHUSDT.BINANCE')
  assert.equal(files.instrument.id, 'ETHUSDT.BINANCE')
  assert.deepEqual(
    events.map((event) => event.kind === 'trade' && event.tradeId),
    [7],
  )
})

test('a file that does not tell its instrument needs it named', async () => {
  await failsWith(
    readContent('x.csv', TRADES_CSV),
    'CDB_INSTRUMENT_INVALID',
    /x\.csv does not tell its instrument/,
  )
  await failsWith(readContent('x.csv', TRADES_CSV, 'bitcoin'), 'CDB_INSTRUMENT_INVALID', /"bitcoin"/)
})

test('missing, foreign, empty and unreadable files are told apart', async () => {
  await inFolder(async (folder) => {
    await failsWith(openMarketFiles([join(folder, 'none')]), 'CDB_FILE_MISSING', /none is not there/)
    await failsWith(openMarketFiles([folder]), 'CDB_FILE_UNREADABLE', /is a directory/)
    await mkdir(join(folder, 'sub'))
    await failsWith(openMarketFiles(['/dev/null']), 'CDB_FILE_UNREADABLE', /is not a regular file/)
  })
  for (const content of ['', '\n\n \n', gzipSync(''), zipOf({ x: '' }), 'time,price,quantity\n']) {
    await failsWith(readContent('x', content, 'BTCUSDT.BINANCE'), 'CDB_FILE_EMPTY')
  }
  for (const content of ['hello\n', 'a,b,c\n1,2,3\n', '{}\n', Buffer.from([0, 1, 2, 3]), '<html></html>']) {
    await failsWith(
      readContent('x', content, 'BTCUSDT.BINANCE'),
      'CDB_FORMAT_UNKNOWN',
      /x is nothing that can be read/,
    )
  }
})

test('a file without one row of use is an error with the first reason', async () => {
  await failsWith(
    readContent('x.csv', 'time,price,quantity\nsoon,1,1\n', 'BTCUSDT.BINANCE'),
    'CDB_ROWS_BAD',
    /x\.csv has no row that can be read; line 2: time "soon" cannot be read/,
  )
})

test('a gzip truncated at any byte is an error', async () => {
  const whole = gzipSync(`${tradeFrame(1)}\n${tradeFrame(2)}\n`)
  assert.equal((await readContent('x.gz', whole)).events.length, 2)
  for (let length = 2; length < whole.length; length++) {
    await failsWith(readContent('x.gz', whole.subarray(0, length)), 'CDB_FILE_CORRUPT', /x\.gz/)
  }
})

test('bytes behind a gzip that are not gzip are an error, further members are read', async () => {
  const [first, second] = [gzipSync(`${tradeFrame(1)}\n`), gzipSync(`${tradeFrame(2)}\n`)]
  assert.equal((await readContent('x.gz', Buffer.concat([first, second]))).events.length, 2)
  second[0] = 0
  await failsWith(readContent('x.gz', Buffer.concat([first, second])), 'CDB_FILE_CORRUPT', /not gzip/)
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

test('a batch has at most as many events as asked for', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.csv')
    await writeFile(path, TRADES_CSV)
    const files = await openMarketFiles([path], { instrument: 'BTCUSDT.BINANCE' })
    const lengths = [await files.read(1), await files.read(1), await files.read(1)].map(
      (batch) => batch?.length,
    )
    assert.deepEqual(lengths, [1, 1, undefined])
    await files.close()
  })
})
