import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseVenueLedger } from '../../../src/adapters/postgres/audit-venue.ts'

test('a ledger is orders, trades and balances; anything else is refused', () => {
  const ledger = { orders: [], trades: [], balances: { USDT: '1' } }
  assert.deepEqual(parseVenueLedger(JSON.stringify(ledger)), ledger)
  for (const text of ['', '{}', '{"orders":[],"trades":{},"balances":{}}', '[1']) {
    assert.throws(() => parseVenueLedger(text), { code: 'CDB_FILE_CORRUPT' }, text)
  }
})
