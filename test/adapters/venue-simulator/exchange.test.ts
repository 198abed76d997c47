import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { totalsOf } from '../../../src/adapters/venue-simulator/exchange.ts'
import type { Exchange } from '../../../src/adapters/venue-simulator/exchange.ts'
import { openStateFile } from '../../../src/adapters/venue-simulator/state-file.ts'
import type { OrderForm } from '../../../src/adapters/venue-simulator/venue-order.ts'
import { price, quantity } from '../../../src/domain/decimal.ts'
import { inFolder } from '../recording/scratch.ts'
import { accepted, formOf, NOW_MS, openExchange, plain, quoteAt } from './exchange-session.ts'

const low = { type: 'limit', price: price('50000') } as const
const codeOf = (placed: object): unknown => ('code' in placed ? placed.code : null)

test('a market order fills at once and moves the balances by value and fee', () => {
  const { exchange, updates } = openExchange()
  const record = accepted(exchange.place(formOf(), NOW_MS, plain))
  assert.deepEqual([record.status, record.filled], ['FILLED', quantity('0.1')])
  assert.deepEqual(updates, ['NEW', 'trade FILLED'])
  // 0.1 at 60,001 is 6,000.1, and a thousandth of it is the fee.
  assert.deepEqual(totalsOf(exchange), { USDT: '3993.8999', BTC: '0.1' })
})

test('a client id is refused while its order is open, and taken again once it has ended', () => {
  const { exchange } = openExchange()
  accepted(exchange.place(formOf(low), NOW_MS, plain))
  assert.equal(codeOf(exchange.place(formOf(low), NOW_MS, plain)), -2010)
  assert.equal(exchange.cancel('cdb1', NOW_MS)?.status, 'CANCELED')
  assert.equal(exchange.cancel('cdb1', NOW_MS), null)
  const again = accepted(exchange.place(formOf(low), NOW_MS, plain))
  assert.equal(exchange.order('cdb1'), again)
  assert.equal(exchange.orders().length, 2)
})

test('filters, balance and post-only refuse with the code of Binance', () => {
  const { exchange } = openExchange()
  const refusals = [
    { quantity: quantity('0.000001') },
    { quantity: quantity('0.00001') },
    { quantity: quantity('1') },
    { type: 'limit', price: price('60000.001') },
    { type: 'limit', price: price('61000'), postOnly: true },
  ] as const
  quoteAt(exchange, 60_000)
  exchange.onMarket({
    kind: 'trade',
    eventMs: NOW_MS,
    tradeId: 1,
    price: 60_000,
    quantity: 1,
    aggressor: 'buy',
  })
  const codes = refusals.map((fields) => codeOf(exchange.place(formOf(fields), NOW_MS, plain)))
  assert.deepEqual(codes, [-1013, -1013, -2010, -1013, -2010])
  assert.equal(exchange.orders().length, 0)
})

test('an open order locks what it may cost', () => {
  const { exchange } = openExchange()
  accepted(exchange.place(formOf(low), NOW_MS, plain))
  const [cash] = exchange.balances()
  assert.deepEqual([cash?.locked, cash?.free], [price('5000'), price('5000')])
})

test('an order in parts fills its second half later, and a cancel between ends it', () => {
  const { exchange } = openExchange()
  const parts = { ...plain, partsMs: 100 }
  const first = accepted(exchange.place(formOf(), NOW_MS, parts))
  assert.deepEqual([first.status, first.filled], ['PARTIALLY_FILLED', quantity('0.05')])
  exchange.advance(NOW_MS + 99)
  assert.equal(first.status, 'PARTIALLY_FILLED')
  exchange.advance(NOW_MS + 100)
  assert.equal(first.status, 'FILLED')
  const second = accepted(exchange.place(formOf({ quantity: quantity('0.02') }), NOW_MS + 100, parts))
  exchange.cancel('cdb1', NOW_MS + 100)
  exchange.advance(NOW_MS + 500)
  assert.deepEqual([second.status, second.filled], ['CANCELED', quantity('0.01')])
})

test('orders of one group exclude each other', () => {
  const { exchange } = openExchange()
  accepted(exchange.place(formOf({ clientOrderId: 'entry' }), NOW_MS, plain))
  const exit = { side: 'sell', reduceOnly: true, group: 'g' } as const
  const stop = formOf({ ...exit, clientOrderId: 'stop', type: 'stop', stopPrice: price('50000') })
  const target = formOf({ ...exit, clientOrderId: 'target', type: 'limit', price: price('61000') })
  const [waiting, resting] = [stop, target].map((form) => accepted(exchange.place(form, NOW_MS, plain)))
  quoteAt(exchange, 61_500, NOW_MS + 1)
  assert.deepEqual([resting?.status, waiting?.status], ['FILLED', 'CANCELED'])
})

/** A taker, a maker, a sale, and an order that stays open. */
function trade(exchange: Exchange): void {
  const place = (fields: Partial<OrderForm>, nowMs: number): void => {
    accepted(exchange.place(formOf(fields), nowMs, plain))
  }
  place({ clientOrderId: 'taker' }, NOW_MS)
  place({ clientOrderId: 'maker', type: 'limit', quantity: quantity('0.03'), price: price('59000') }, NOW_MS)
  quoteAt(exchange, 58_000, NOW_MS + 1)
  place({ clientOrderId: 'sold', side: 'sell', quantity: quantity('0.02') }, NOW_MS + 2)
  place({ clientOrderId: 'open', quantity: quantity('0.01'), ...low }, NOW_MS + 2)
}

for (const feeIn of ['quote', 'base']) {
  test(`after a restart all is as before, also the balances, with fees in ${feeIn}`, async () => {
    await inFolder((folder) => {
      const path = join(folder, 'venue.jsonl')
      const venue = { feeIn, makerFee: '0.0005' }
      const first = openStateFile(path)
      const { exchange: before } = openExchange(first, venue)
      trade(before)
      first.close()
      const second = openStateFile(path)
      const { exchange: after } = openExchange(second, venue)
      after.resume(NOW_MS + 3)
      assert.deepEqual(totalsOf(after), totalsOf(before))
      assert.deepEqual(after.trades(), before.trades())
      assert(before.trades().some(({ isMaker }) => isMaker))
      assert.deepEqual(
        after.open().map(({ form }) => form.clientOrderId),
        ['open'],
      )
      const small = formOf({ clientOrderId: 'next', ...low, quantity: quantity('0.001') })
      const next = accepted(after.place(small, NOW_MS + 4, plain))
      assert(next.orderId > Math.max(...before.orders().map(({ orderId }) => orderId)))
      quoteAt(after, 49_000, NOW_MS + 5)
      assert.equal(after.order('open')?.status, 'FILLED')
      second.close()
      const other = openStateFile(path)
      assert.throws(() => openExchange(other, { feeIn, takerFee: '0.002' }), { code: 'CDB_DATA_FOREIGN' })
      other.close()
      return Promise.resolve()
    })
  })
}
