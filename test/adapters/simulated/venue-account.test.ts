import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  end,
  ledgerOf,
  matchableOf,
  refusalOf,
  trade,
} from '../../../src/adapters/simulated/venue-account.ts'
import type { BookedOrder, OrderTerms, VenueAccount } from '../../../src/adapters/simulated/venue-account.ts'
import { formatDecimal, money, price, quantity, ZERO_QUANTITY } from '../../../src/domain/decimal.ts'
import { bitcoin, limitOrder, order, stopOrder } from '../../engine/controls/facts.ts'

const AT = price('50000')

const createAccount = (position = '0'): VenueAccount => ({
  ...{ instrument: bitcoin, orders: [], trades: [], cash: money('100'), position: quantity(position) },
})

function book(account: VenueAccount, terms: OrderTerms): BookedOrder {
  const booked: BookedOrder = {
    ...{ terms, venueOrderId: 'v1', state: 'open', filled: ZERO_QUANTITY, updatedMs: 0, isTriggered: false },
  }
  account.orders.push(booked)
  return booked
}

const refusals: readonly (readonly [string, VenueAccount, OrderTerms, RegExp | null])[] = [
  ['what it can pay, fee included', createAccount(), order({ quantity: quantity('0.00199') }), null],
  [
    'what it cannot pay with the fee',
    createAccount(),
    order({ quantity: quantity('0.002') }),
    /-2010 insuff/,
  ],
  ['a sale of what it has', createAccount('0.001'), order({ side: 'sell' }), null],
  ['a sale of more', createAccount('0.0005'), order({ side: 'sell' }), /-2010 insufficient/],
  ['reducing something', createAccount('0.0005'), order({ side: 'sell', reduceOnly: true }), null],
  ['reducing nothing', createAccount(), order({ side: 'sell', reduceOnly: true }), /-2010 nothing/],
  ['a price off the grid', createAccount(), limitOrder('49000.001'), /-1013 filter tickSize/],
  [
    'post-only that would match',
    createAccount(),
    limitOrder('50000', { postOnly: true }),
    /immediately match/,
  ],
  ['post-only that rests', createAccount(), limitOrder('49999', { postOnly: true }), null],
]

for (const [name, account, terms, refusal] of refusals) {
  test(`${name} is ${refusal === null ? 'taken' : 'refused'}`, () => {
    const found = refusalOf(account, terms, AT)
    if (refusal === null) assert.equal(found, null)
    else assert.match(found ?? '', refusal)
  })
}

test('a limit order matches at its price or better, a stop once its trigger has been touched', () => {
  const account = createAccount('1')
  const limit = book(account, limitOrder('49000'))
  assert.equal(matchableOf(account, limit, price('49000.01')), 0n)
  assert.equal(matchableOf(account, limit, price('49000')), limit.terms.quantity)
  const stop = book(account, stopOrder('48000'))
  assert.equal(matchableOf(account, stop, price('48000.01')), 0n)
  assert.equal(matchableOf(account, stop, price('48000')), stop.terms.quantity)
  assert.equal(matchableOf(account, stop, price('49000')), stop.terms.quantity, 'it stays triggered')
})

test('what only reduces is cut to what is held', () => {
  const account = createAccount('0.0004')
  const exit = book(account, order({ side: 'sell', reduceOnly: true }))
  assert.equal(matchableOf(account, exit, AT), quantity('0.0004'))
})

test('a trade moves cash, position and order, and ends the siblings', () => {
  const account = createAccount('0.001')
  const sold = book(account, stopOrder('48000'))
  const sibling = book(
    account,
    limitOrder('52000', { clientOrderId: 'cdb2' as never, side: 'sell', group: 'g' }),
  )
  trade(account, sold, { at: AT, quantity: quantity('0.001'), eventMs: 7 })
  assert.deepEqual([formatDecimal(account.cash), account.position], ['149.95', 0n])
  assert.deepEqual([sold.state, sold.updatedMs, sibling.state], ['filled', 7, 'canceled'])
  end(sold, 'canceled', 8)
  assert.equal(sold.state, 'filled', 'what has ended stays as it is')
  const ledger = ledgerOf(
    account,
    new Map([
      ['cdb1', 1],
      ['cdb3', 2],
    ]),
  )
  assert.deepEqual(ledger.orders, [
    { clientOrderId: 'cdb1', posts: 1, state: 'filled', filled: '0.001' },
    { clientOrderId: 'cdb3', posts: 2, state: 'rejected', filled: '0' },
    { clientOrderId: 'cdb2', posts: 0, state: 'canceled', filled: '0' },
  ])
  assert.equal(ledger.trades[0]?.fee, '0.05')
  assert.deepEqual(ledger.balances, { BTC: '0', USDT: '149.95' })
})
