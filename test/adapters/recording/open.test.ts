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

test('public files name their instrument', async () => {
  const { files } = await readContent('ETHUSDT-trades-2023-11.zip', zipOf({ x: TRADES_CSV }))
  assert.equal(files.instrument.id, 'ETHUSDT.BINANCE')
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
