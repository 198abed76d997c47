import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { failsWith, readContent, tradeFrame, zipOf } from './scratch.ts'

const TRADES_CSV = '1,100.5,0.25,25.125,1700000000000,True,True\n2,100.6,1,100.6,1700000000010,False,True\n'
const TRADES: readonly MarketEvent[] = [
  { kind: 'trade', eventMs: 1_700_000_000_000, tradeId: 1, price: 100.5, quantity: 0.25, aggressor: 'sell' },
  { kind: 'trade', eventMs: 1_700_000_000_010, tradeId: 2, price: 100.6, quantity: 1, aggressor: 'buy' },
]

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
