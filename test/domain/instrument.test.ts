import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { money, price, quantity } from '../../src/domain/decimal.ts'
import type { Price, Quantity } from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'
import {
  checkFilters,
  conformPrice,
  conformQuantity,
  parseInstrumentId,
  symbolOf,
  venueOf,
} from '../../src/domain/instrument.ts'
import type { Instrument } from '../../src/domain/instrument.ts'
import { instrumentOf } from '../../src/domain/instruments.ts'

const bitcoin: Instrument = instrumentOf('BTCUSDT.BINANCE')
const reference = price('50000')

test('an id is symbol and venue', () => {
  const id = parseInstrumentId('BTCUSDT.BINANCE')
  assert.equal(symbolOf(id), 'BTCUSDT')
  assert.equal(venueOf(id), 'BINANCE')
  assert.equal(parseInstrumentId('1000PEPEUSDT.BINANCE_FUTURES'), '1000PEPEUSDT.BINANCE_FUTURES')
})

const BAD_IDS = [
  '',
  'BTCUSDT',
  '.BINANCE',
  'BTCUSDT.',
  'btcusdt.BINANCE',
  'BTCUSDT.binance',
  'BTC/USDT.BINANCE',
]
const WORSE_IDS = [
  'BTCUSDT.BINANCE.SPOT',
  'BTCUSDT BINANCE',
  'BTCUSDT.BINANCE\n',
  '../../etc.X',
  `${'A'.repeat(21)}.BINANCE`,
]

for (const text of [...BAD_IDS, ...WORSE_IDS]) {
  test(`${JSON.stringify(text)} is not an instrument id`, () => {
    assert.throws(
      () => parseInstrumentId(text),
      (error: unknown) => error instanceof CdbError && error.code === 'CDB_INSTRUMENT_INVALID',
    )
  })
}

test('a price conforms to the tick that is no better than asked', () => {
  assert.equal(conformPrice(bitcoin, 'buy', price('50000.129')), price('50000.12'))
  assert.equal(conformPrice(bitcoin, 'sell', price('50000.121')), price('50000.13'))
  assert.equal(conformPrice(bitcoin, 'buy', price('50000.12')), price('50000.12'))
  assert.equal(conformPrice(bitcoin, 'sell', price('50000.12')), price('50000.12'))
})

test('a quantity conforms to the lot that is no larger', () => {
  assert.equal(conformQuantity(bitcoin, quantity('0.000019')), quantity('0.00001'))
  assert.equal(conformQuantity(bitcoin, quantity('0.000009')), quantity('0'))
})

const anyPrice = fc.bigInt({ min: 10n ** 12n, max: 10n ** 18n }).map((units) => units as Price)
const anyQuantity = fc.bigInt({ min: 10n ** 9n, max: 10n ** 15n }).map((units) => units as Quantity)

test('what was conformed passes the filters, unless it is too small or too large', () => {
  fc.assert(
    fc.property(anyPrice, anyQuantity, fc.constantFrom('buy', 'sell'), (at, amount, side) => {
      const limit = conformPrice(bitcoin, side, at)
      const conformed = conformQuantity(bitcoin, amount)
      const breach = checkFilters(bitcoin, { quantity: conformed, prices: [limit], reference })
      if (breach !== null) assert.match(breach.filter, /^(?:quantityMin|quantityMax|notionalMin)$/)
      assert.ok(side === 'buy' ? limit <= at : limit >= at)
      assert.ok(conformed <= amount)
    }),
  )
})

const order = (amount: string, ...prices: readonly string[]) => ({
  quantity: quantity(amount),
  prices: prices.map(price),
  reference,
})

test('an order on the grid and within bounds passes', () => {
  assert.equal(checkFilters(bitcoin, order('0.0001', '50000.01')), null)
  assert.equal(checkFilters(bitcoin, order('0.0001')), null)
  assert.equal(checkFilters(bitcoin, order('0.0001', '50000.01', '50000.02')), null)
})

test('each filter refuses with the numbers that it compared', () => {
  const breaches = [
    [order('0.0001', '0'), 'priceMin', '0', '0'],
    [order('0.0001', '-50000'), 'priceMin', '-50000', '0'],
    [order('0.0001', '50000.001'), 'tickSize', '50000.001', '0.01'],
    [order('0.0001', '50000.01', '50000.001'), 'tickSize', '50000.001', '0.01'],
    [order('0.000015', '50000'), 'lotSize', '0.000015', '0.00001'],
    [order('0', '50000'), 'quantityMin', '0', '0.00001'],
    [order('-0.0001', '50000'), 'quantityMin', '-0.0001', '0.00001'],
    [order('9000.00001', '50000'), 'quantityMax', '9000.00001', '9000'],
    [order('0.00009', '50000'), 'notionalMin', '4.5', '5'],
    [order('0.00009'), 'notionalMin', '4.5', '5'],
  ] as const
  for (const [request, filter, value, limit] of breaches) {
    assert.deepEqual(checkFilters(bitcoin, request), { filter, value, limit })
  }
})

test('bounds are inclusive', () => {
  assert.equal(checkFilters(bitcoin, order('9000', '50000')), null)
  assert.equal(checkFilters(bitcoin, order('0.0001', '50000')), null)
  const dear: Instrument = { ...bitcoin, notionalMin: money('0.5') }
  assert.equal(checkFilters(dear, order('0.00001', '50000')), null)
})
