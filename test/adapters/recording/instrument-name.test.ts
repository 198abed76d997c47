import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instrumentInNames } from '../../../src/adapters/recording/instrument-name.ts'

test('names as publishers give them tell the instrument', () => {
  for (const [name, instrument] of [
    ['BTCUSDT-trades-2024-01.zip', 'BTCUSDT.BINANCE'],
    ['data/spot/ETHUSDT-aggTrades-2024-01-05.csv', 'ETHUSDT.BINANCE'],
    ['1INCHUSDT-1m-2024-01.zip', '1INCHUSDT.BINANCE'],
    ['BTCUSDT-1mo-2024-01.csv.gz', 'BTCUSDT.BINANCE'],
    ['/data/coinbase-minute-btcusd-20180404_trade.zip', 'BTCUSD.COINBASE'],
    ['coinbase-daily-btcusd_trade.zip', 'BTCUSD.COINBASE'],
    ['crypto/binance/minute/ethusdt/20200101_trade.zip', 'ETHUSDT.BINANCE'],
    ['crypto/binance/daily/ethusdt_trade.zip', 'ETHUSDT.BINANCE'],
  ] as const) {
    assert.equal(instrumentInNames(['x.csv', name]), instrument, name)
  }
})

test('other names tell nothing', () => {
  for (const name of [
    'trades.csv',
    'btcusdt.csv',
    'BTCUSDT.csv',
    'my-minute-data.csv',
    '20180404_trade.zip',
  ]) {
    assert.equal(instrumentInNames([name]), null, name)
  }
})
