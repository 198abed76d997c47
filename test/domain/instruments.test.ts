import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, price, quantity } from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'
import { checkFilters, parseInstrumentId } from '../../src/domain/instrument.ts'
import { instrumentOf, isKnownInstrument } from '../../src/domain/instruments.ts'

test('an id gives symbol, venue, base and quote', () => {
  const { id, symbol, venue, base, quote } = instrumentOf('BTCUSDT.BINANCE')
  assert.deepEqual([id, symbol, venue, base, quote], ['BTCUSDT.BINANCE', 'BTCUSDT', 'BINANCE', 'BTC', 'USDT'])
})

test('the quote asset is the longest that ends the symbol', () => {
  const quotes = {
    BTCUSDT: 'USDT',
    BTCUSD: 'USD',
    ETHBTC: 'BTC',
    BTCFDUSD: 'FDUSD',
    BTCBUSD: 'BUSD',
    SOLETH: 'ETH',
  }
  for (const [symbol, quote] of Object.entries(quotes))
    assert.equal(instrumentOf(`${symbol}.X1`).quote, quote)
})

test('a symbol without a known quote asset is refused', () => {
  for (const text of ['BTCXYZ.BINANCE', 'USDT.BINANCE']) {
    assert.throws(
      () => instrumentOf(text),
      (error: unknown) =>
        error instanceof CdbError && error.code === 'CDB_INSTRUMENT_INVALID' && error.mend !== '',
    )
  }
})

test('known instruments have the filters of their venue', () => {
  const { tickSize, lotSize, notionalMin } = instrumentOf('BTCUSDT.BINANCE')
  assert.deepEqual([tickSize, lotSize, notionalMin], [price('0.01'), quantity('0.00001'), money('5')])
  assert.ok(isKnownInstrument(parseInstrumentId('BTCUSDT.BINANCE')))
})

test('unknown instruments have fine grids, so that a backtest runs', () => {
  const id = 'DOGEUSDT.ELSEWHERE'
  assert.ok(!isKnownInstrument(parseInstrumentId(id)))
  const order = { quantity: quantity('123.45678'), prices: [price('0.08123456')], reference: price('0.08') }
  assert.equal(checkFilters(instrumentOf(id), order), null)
})

test('a name of every object is not a known instrument', () => {
  assert.ok(!isKnownInstrument(parseInstrumentId('CONSTRUCTOR.X1')))
})
