import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readDailyFigures } from '../../../src/adapters/postgres/daily-report.ts'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { formatDecimal, money } from '../../../src/domain/decimal.ts'
import type { TradingEvent } from '../../../src/domain/event.ts'
import {
  bitcoin,
  enterLong,
  exitLong,
  runScenario,
  scripted,
  START_MS,
  tradeAt,
} from '../../engine/scenario.ts'
import { emptied, writeTrading } from './stored-trading.ts'

const DAY_MS = 86_400_000

let db: SqlDatabase
before(async () => {
  db = await openMemoryPglite()
})
after(() => db.close())

/** Orders are filled on the first day; on the second, signals are denied and nothing else happens. */
const strategy = scripted({
  10: enterLong,
  60: exitLong,
  61: exitLong,
  120: enterLong,
  200: exitLong,
  201: exitLong,
})
const tape = [
  ...Array.from({ length: 150 }, (_, index) => tradeAt(index + 1, index * 500, 50_000 + (index % 9))),
  ...Array.from({ length: 60 }, (_, index) => tradeAt(index + 151, DAY_MS + index * 500, 50_000)),
]
const { entries } = runScenario({ strategy }, tape)
const eventsOf = <Kind extends TradingEvent['kind']>(
  kind: Kind,
  day: number,
): readonly Extract<TradingEvent, { kind: Kind }>[] =>
  entries
    .map(({ event }) => event)
    .filter((event): event is Extract<TradingEvent, { kind: Kind }> => event.kind === kind)
    .filter(({ eventMs }) => Math.floor((eventMs - START_MS) / DAY_MS) === day)

test('figures are those of the day, and of no other', async () => {
  await writeTrading(db, entries)
  for (const day of [0, 1, 2]) {
    const figures = await readDailyFigures(db, bitcoin.id, START_MS + day * DAY_MS)
    const fills = eventsOf('filled', day)
    assert.equal(figures.day, new Date(START_MS + day * DAY_MS).toISOString().slice(0, 10))
    assert.equal(figures.account, 'paper')
    assert.equal(figures.quote, 'USDT')
    assert.equal(figures.signals, eventsOf('signal', day).length)
    assert.equal(figures.approved, eventsOf('approved', day).length)
    assert.equal(figures.fillCount, fills.length)
    assert.deepEqual(
      figures.fills.map(({ eventMs, side, price, quantity, fee }) => ({
        eventMs,
        side,
        price,
        quantity,
        fee,
      })),
      fills.map(({ eventMs, side, price, quantity, fee }) => ({ eventMs, side, price, quantity, fee })),
    )
    const denied = eventsOf('denied', day)
    assert.equal(
      figures.denials.reduce((sum, { count }) => sum + count, 0),
      denied.length,
    )
    assert.deepEqual(
      new Set(figures.denials.map(({ code }) => code)),
      new Set(denied.map(({ code }) => code)),
    )
    assert.equal(figures.alertCount, eventsOf('alert', day).length)
  }
  assert(eventsOf('filled', 0).length > 0 && eventsOf('denied', 1).length > 0, 'the days differ')
})

test('turnover and fees are sums of the fills', async () => {
  await writeTrading(db, entries)
  const figures = await readDailyFigures(db, bitcoin.id, START_MS)
  const fills = eventsOf('filled', 0)
  const turnover = fills.reduce((sum, { price, quantity }) => sum + price * quantity, 0n) / 10n ** 12n
  assert.equal(formatDecimal(figures.turnover), formatDecimal(turnover))
  assert.deepEqual(
    figures.fees.map(({ asset, amount }) => [asset, formatDecimal(amount)]),
    [['USDT', formatDecimal(fills.reduce((sum, { fee }) => sum + fee, 0n))]],
  )
  assert.equal(figures.fills[0]?.strategy, 'scripted')
})

test('equity is that of the first and the last snapshot of the day, and narrows what is searched', async () => {
  await writeTrading(db, entries)
  const snapshots = [
    [-3_600_000, 9_000, 0],
    [0, 10_000, 0],
    [3_600_000, 10_050, 5],
    [DAY_MS, 9_990, 20],
    [DAY_MS + 3_600_000, 1, 1_000_000],
  ]
  for (const [atMs = 0, equity, seq] of snapshots) {
    await db.query(`insert into equity values ('paper', $1, $2, 0, 0, $3)`, [START_MS + atMs, equity, seq])
  }
  const figures = await readDailyFigures(db, bitcoin.id, START_MS)
  assert.equal(figures.equityStart, money('10000'))
  assert.equal(figures.equityEnd, money('9990'))
  assert.equal(figures.signals, eventsOf('signal', 0).length)
})

test('a day on which nothing happened has figures, too', async () => {
  await emptied(db)
  await writeTrading(db, [])
  const figures = await readDailyFigures(db, bitcoin.id, START_MS)
  assert.deepEqual(
    [figures.fillCount, figures.signals, figures.alertCount, figures.equityEnd],
    [0, 0, 0, null],
  )
})
