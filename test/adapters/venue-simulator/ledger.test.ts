import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPostCount, ledgerOf } from '../../../src/adapters/venue-simulator/ledger.ts'
import { createForgetfulState } from '../../../src/adapters/venue-simulator/state-file.ts'
import type { StateFile, StateLine } from '../../../src/adapters/venue-simulator/state-file.ts'
import { quantity } from '../../../src/domain/decimal.ts'
import { accepted, formOf, NOW_MS, openExchange, plain } from './exchange-session.ts'

test('the ledger counts posts and refusals, and tells orders, trades and balances in plain text', () => {
  const { exchange } = openExchange()
  const posts = createPostCount(createForgetfulState())
  posts.received('cdb1', NOW_MS)
  posts.received('cdb2', NOW_MS)
  posts.refused('cdb2')
  accepted(exchange.place(formOf(), NOW_MS, plain))
  accepted(
    exchange.place(formOf({ clientOrderId: 'hand', quantity: quantity('0.01') }), NOW_MS, {
      ...plain,
      isExternal: true,
    }),
  )
  const { orders, trades, balances } = ledgerOf(exchange, posts)
  assert.deepEqual(orders, [
    { clientOrderId: 'cdb1', posts: 1, refused: 0, receivedMs: NOW_MS, state: 'filled', filled: '0.1' },
    { clientOrderId: 'cdb2', posts: 1, refused: 1, receivedMs: NOW_MS, state: 'refused', filled: '0' },
    {
      clientOrderId: 'hand',
      posts: 0,
      refused: 0,
      receivedMs: null,
      state: 'filled',
      filled: '0.01',
    },
  ])
  assert.deepEqual([trades[0]?.price, trades[0]?.fee], ['60001', '6.0001'])
  assert.deepEqual(Object.keys(balances), ['USDT', 'BTC'])
})

test('counts outlive a restart', () => {
  const lines: StateLine[] = []
  const state: StateFile = { lines, append: (line) => lines.push(line), close: () => undefined }
  const posts = createPostCount(state)
  posts.received('cdb1', NOW_MS)
  posts.refused('cdb1')
  assert.deepEqual([...createPostCount(state).entries()], [...posts.entries()])
})
