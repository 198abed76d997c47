import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMatching } from '../../../src/adapters/venue-simulator/matching.ts'
import type { AccountTrade } from '../../../src/adapters/venue-simulator/venue-order.ts'
import { money, price, quantity } from '../../../src/domain/decimal.ts'
import { parseParams } from '../../../src/domain/param.ts'
import { paperVenueParams } from '../../../src/engine/paper-venue/paper-venue.ts'
import { formOf, NOW_MS } from './exchange-session.ts'
import { simulated } from './simulator.ts'

const matchingOf = (trades: readonly AccountTrade[] = []) =>
  createMatching({
    ...{ instrument: simulated, account: 'account', cash: money('10000'), seed: 1, trades },
    params: parseParams('paper venue', paperVenueParams, {}),
  })

test('an order waits for the first price, is answered at once, and a cancel ends it', () => {
  const matching = matchingOf()
  const { id, reports } = matching.place(formOf(), quantity('0.1'), NOW_MS)
  assert.deepEqual(
    reports.map(({ kind }) => kind),
    ['accepted'],
  )
  assert.deepEqual(
    matching.cancel(id, NOW_MS).map(({ kind }) => kind),
    ['canceled'],
  )
})

test('trades of before make the balances they made then', () => {
  const trade: AccountTrade = {
    ...{ tradeId: 1, orderId: 1, clientOrderId: 'cdb1', side: 'buy', price: price('50000'), tradeMs: NOW_MS },
    ...{ quantity: quantity('0.1'), fee: money('5'), feeAsset: 'USDT', isMaker: false },
  }
  const { cash, position } = matchingOf([trade]).totals()
  assert.deepEqual([cash, position], [money('4995'), quantity('0.1')])
  assert.throws(() => matchingOf([{ ...trade, fee: money('4') }]), { code: 'CDB_DATA_FOREIGN' })
})
