import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as answers from '../../../src/adapters/venue-simulator/answers.ts'
import { price } from '../../../src/domain/decimal.ts'
import type { Quote } from '../../../src/domain/market.ts'
import { createFrameParser } from '../../../src/cli/live-frames.ts'
import { accepted, formOf, NOW_MS, openExchange, plain } from './exchange-session.ts'
import { simulated } from './simulator.ts'

test('frames are read as what they were made of', () => {
  const read = createFrameParser('BTCUSDT', NOW_MS)
  const trade = {
    kind: 'trade',
    eventMs: NOW_MS,
    tradeId: 5,
    price: 60_000.01,
    quantity: 0.00001,
    aggressor: 'sell',
  } as const
  assert.deepEqual(read(answers.tradeFrame('BTCUSDT', trade)), [trade])
  const quote: Quote = {
    ...{
      kind: 'quote',
      eventMs: NOW_MS,
      bidPrice: 1.5,
      bidQuantity: 2,
      askPrice: 1.6,
      askQuantity: 0.0000001,
    },
  }
  assert.deepEqual(read(answers.quoteFrame('BTCUSDT', quote, 1)), [quote])
  assert.equal(answers.publicTradeJson(trade)['qty'], '0.00001')
})

test('an order and its trade are told in the words of Binance', () => {
  const { exchange } = openExchange()
  const record = accepted(exchange.place(formOf(), NOW_MS, plain))
  const [trade] = exchange.trades()
  assert(trade !== undefined)
  const order = answers.orderJson('BTCUSDT', record)
  assert.deepEqual(
    [order['status'], order['type'], order['side'], order['executedQty'], order['cummulativeQuoteQty']],
    ['FILLED', 'MARKET', 'BUY', '0.1', '6000.1'],
  )
  assert.deepEqual(
    [answers.ackJson('BTCUSDT', record)['orderId'], answers.accountTradeJson('BTCUSDT', trade)['commission']],
    [record.orderId, '6.0001'],
  )
  const report = answers.executionReportJson('BTCUSDT', record, trade)
  assert.deepEqual([report['x'], report['X'], report['t']], ['TRADE', 'FILLED', trade.tradeId])
  assert.equal(
    answers.executionReportJson('BTCUSDT', { ...record, status: 'CANCELED' }, null)['x'],
    'CANCELED',
  )
})

test('each type of order has its name, and the filters are those of the instrument', () => {
  const at = { price: price('1') }
  assert.equal(answers.typeOf(formOf({ type: 'limit', ...at })), 'LIMIT')
  assert.equal(answers.typeOf(formOf({ type: 'limit', postOnly: true, ...at })), 'LIMIT_MAKER')
  assert.equal(answers.typeOf(formOf({ type: 'stop' })), 'STOP_LOSS')
  assert.equal(answers.typeOf(formOf({ type: 'stopLimit' })), 'STOP_LOSS_LIMIT')
  const info = JSON.stringify(answers.exchangeInfoJson(simulated, NOW_MS))
  assert(info.includes('"tickSize":"0.01"') && info.includes('"maxNumOrders":200'))
  const account = answers.accountJson([{ asset: 'BTC', free: price('1'), locked: price('2') }], NOW_MS)
  assert.deepEqual(account['balances'], [{ asset: 'BTC', free: '1', locked: '2' }])
})
