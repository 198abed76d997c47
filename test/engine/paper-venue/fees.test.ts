import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price } from '../../../src/domain/decimal.ts'
import { feed, fillsOf, heartbeat, openVenue, quote, submit, trade } from './market-day.ts'

test('fees are those of the liquidity, rounded up, in the asset that feeIn names', () => {
  for (const [feeIn, asset, fee] of [
    ['quote', 'USDT', '0.101'],
    ['base', 'BTC', '0.001'],
  ] as const) {
    const venue = openVenue({ params: { takerFee: '0.001', makerFee: '0.0005', feeIn } })
    feed(venue, quote(1, [99, 5], [101, 5]))
    submit(venue, { id: 'a', side: 'buy', quantity: '1' })
    submit(venue, { id: 'b', side: 'sell', quantity: '0.5', price: '101' })
    const [taken] = fillsOf(feed(venue, heartbeat(2)))
    const [made] = fillsOf(feed(venue, trade(3, 101.01)))
    assert.deepEqual([taken?.feeAsset, taken?.fee], [asset, price(fee)])
    assert.deepEqual([made?.feeAsset, made?.fee], ['USDT', price('0.02525')])
  }
})
