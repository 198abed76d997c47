import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal, money } from '../../src/domain/decimal.ts'
import { equityOf } from '../../src/engine/portfolio.ts'
import { createTally, endTally, tallyEntry, tallyMarket } from '../../src/engine/tally.ts'
import type { Tally } from '../../src/engine/tally.ts'
import { entryOf, fillOf, instrument, markAt } from './tally-events.ts'

const tallyOf = (): Tally => createTally({ instrument, equityStart: money('1000') })

test('drawdown is measured at every mark, as a share of the peak and in money', () => {
  const tally = tallyOf()
  tallyEntry(tally, entryOf(markAt(0, '100')))
  tallyEntry(tally, entryOf(fillOf({ atMs: 1, side: 'buy', price: '100', quantity: '5' })))
  tallyEntry(tally, entryOf(markAt(2, '140')))
  tallyEntry(tally, entryOf(markAt(3, '80')))
  tallyEntry(tally, entryOf(markAt(4, '120')))
  // The peak is 1000 + 5 x 40; the fall from it 5 x 60.
  assert.equal(formatDecimal(tally.maxDrawdownMoney), '300')
  assert.equal(tally.maxDrawdown, 300 / 1200)
  assert.equal(tally.maxDrawdownMs, 3)
  assert.equal(formatDecimal(tally.equity), '1100')
})

test('the deepest fall in money and the deepest as a share may be different ones', () => {
  const tally = tallyOf()
  tallyEntry(tally, entryOf(fillOf({ atMs: 1, side: 'buy', price: '100', quantity: '5' })))
  tallyEntry(tally, entryOf(markAt(2, '50')))
  tallyEntry(tally, entryOf(markAt(3, '1000')))
  tallyEntry(tally, entryOf(markAt(4, '900')))
  assert.equal(tally.maxDrawdown, 0.25)
  assert.equal(formatDecimal(tally.maxDrawdownMoney), '500')
})

test('exposure is the time in which something that can be sold was held', () => {
  const tally = tallyOf()
  tallyMarket(tally, { kind: 'heartbeat', eventMs: 0 })
  tallyEntry(tally, entryOf(fillOf({ atMs: 10, side: 'buy', price: '100', quantity: '1' })))
  tallyEntry(tally, entryOf(fillOf({ atMs: 40, side: 'sell', price: '100', quantity: '1' })))
  assert.equal(tally.inMarketMs, 30)
  assert.equal(tally.inMarketSinceMs, null)
  tallyEntry(tally, entryOf(fillOf({ atMs: 50, side: 'buy', price: '100', quantity: '1' })))
  assert.equal(tally.inMarketSinceMs, 50)
})

test('a fill heard of twice counts once', () => {
  const tally = tallyOf()
  const fill = fillOf({ atMs: 10, side: 'buy', price: '100', quantity: '1', fee: '0.5' })
  tallyEntry(tally, entryOf(fill))
  tallyEntry(tally, entryOf(fill))
  assert.equal(tally.fills, 1)
  assert.equal(formatDecimal(tally.turnover), '100')
  assert.equal(formatDecimal(equityOf(tally.portfolio)), '999.5')
})

test('market events are counted by kind, and times that step back move neither end', () => {
  const tally = tallyOf()
  const trade = { kind: 'trade', tradeId: 1, price: 1, quantity: 1, aggressor: null } as const
  tallyMarket(tally, { ...trade, eventMs: 100 })
  tallyMarket(tally, { ...trade, eventMs: 300 })
  tallyMarket(tally, { ...trade, eventMs: 200 })
  tallyMarket(tally, { kind: 'gap', eventMs: 400, gapMs: 50 })
  assert.deepEqual(tally.market, { trades: 3, quotes: 0, candles: 0, gaps: 1, firstMs: 100, lastMs: 400 })
  assert.deepEqual(tally.keptGaps, [{ kind: 'gap', eventMs: 400, gapMs: 50 }])
})

test('denials and alerts are counted by code', () => {
  const tally = tallyOf()
  const denied = { kind: 'denied', slot: 's', strategy: 'x', instrument: instrument.id, side: 'buy' } as const
  const numbers = { eventMs: 1, control: 'C05', reason: 'far', value: '2', limit: '1' }
  for (const code of ['PRICE_COLLAR', 'ORDER_VALUE', 'PRICE_COLLAR']) {
    tallyEntry(tally, entryOf({ ...denied, ...numbers, code }))
  }
  tallyEntry(
    tally,
    entryOf({ kind: 'alert', eventMs: 1, level: 'warning', code: 'X', scope: 'global', message: '' }),
  )
  assert.equal(tally.denied, 3)
  assert.deepEqual(Object.fromEntries(tally.deniedByCode), { PRICE_COLLAR: 2, ORDER_VALUE: 1 })
  assert.equal(tally.alerts, 1)
})

test('the end of the data is an observation: the last minutes without a mark count', () => {
  const tally = tallyOf()
  tallyMarket(tally, { kind: 'heartbeat', eventMs: 0 })
  tallyEntry(tally, entryOf(markAt(0, '100')))
  tallyMarket(tally, { kind: 'heartbeat', eventMs: 600_000 })
  endTally(tally)
  assert.equal(tally.closes.periods.at(-1), 10)
  assert.equal(tally.equityCurve.slices.at(-1)?.lastMs, 600_000)
})
