import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { add, formatDecimal, negate, notional, subtract } from '../../src/domain/decimal.ts'
import type { Money, Quantity } from '../../src/domain/decimal.ts'
import type { TradingEvent } from '../../src/domain/event.ts'
import type { MarketEvent } from '../../src/domain/market.ts'
import { chainHash } from '../../src/engine/journal.ts'
import { equityOf, positionOf, realizedPnlOf, unrealizedPnlOf } from '../../src/engine/portfolio.ts'
import { createRandom } from '../../src/engine/random.ts'
import type { Wish } from '../../src/engine/strategy.ts'
import type { Scenario } from './scenario.ts'
import {
  bitcoin,
  createScenario,
  digest,
  enterLong,
  enterShort,
  exitLong,
  exitShort,
  kindsOf,
  runScenario,
  scripted,
  tradeAt,
} from './scenario.ts'

type EventOf<Kind extends TradingEvent['kind']> = Extract<TradingEvent, { kind: Kind }>

function eventsOf<Kind extends TradingEvent['kind']>(
  scenario: Scenario,
  kind: Kind,
): readonly EventOf<Kind>[] {
  return scenario.entries
    .map(({ event }) => event)
    .filter((event): event is EventOf<Kind> => event.kind === kind)
}

const flatTape = (from: number, to: number, at = 50_000): MarketEvent[] =>
  Array.from({ length: to - from }, (_, index) => tradeAt(from + index, (from + index) * 500, at))

test('a wish becomes a signal, an order, a fill and two protective orders', () => {
  const scenario = runScenario({ strategy: scripted({ 3: enterLong }) }, flatTape(0, 10))
  assert.deepEqual(kindsOf(scenario.entries), [
    'signal',
    'approved',
    'submitting',
    'accepted',
    'filled',
    'approved',
    'approved',
    'submitting',
    'submitting',
    'accepted',
    'accepted',
  ])
  const [entry, stopLoss, takeProfit] = eventsOf(scenario, 'approved').map(({ order }) => order)
  assert.equal(entry?.purpose, 'entry')
  assert.equal(stopLoss?.type, 'stop')
  assert.equal(takeProfit?.type, 'limit')
  assert.equal(stopLoss.group, takeProfit.group)
  assert.equal(positionOf(scenario.engine.portfolio, bitcoin.id).quantity, entry.quantity)
})

test('an exit closes the position and cancels what protected it', () => {
  const scenario = runScenario({ strategy: scripted({ 3: enterLong, 20: exitLong }) }, flatTape(0, 40))
  assert.equal(positionOf(scenario.engine.portfolio, bitcoin.id).quantity, 0n)
  assert.equal(eventsOf(scenario, 'canceled').length, 2)
  assert.equal(scenario.engine.openOrders().length, 0)
})

test('a stop-loss is a real order: the price falls, it fills, its sibling is canceled', () => {
  const tape = [...flatTape(0, 20), ...flatTape(20, 40, 48_500)]
  const scenario = runScenario({ strategy: scripted({ 3: enterLong }) }, tape)
  assert.equal(positionOf(scenario.engine.portfolio, bitcoin.id).quantity, 0n)
  assert.ok(realizedPnlOf(scenario.engine.portfolio) < 0n)
  assert.equal(scenario.engine.openOrders().length, 0)
  const stopLoss = eventsOf(scenario, 'approved').find(({ order }) => order.purpose === 'stopLoss')?.order
  assert.ok(
    eventsOf(scenario, 'filled').some(({ clientOrderId }) => clientOrderId === stopLoss?.clientOrderId),
  )
})

test('a take-profit is a real order too', () => {
  const tape = [...flatTape(0, 20), ...flatTape(20, 40, 52_500)]
  const scenario = runScenario({ strategy: scripted({ 3: enterLong }) }, tape)
  assert.equal(positionOf(scenario.engine.portfolio, bitcoin.id).quantity, 0n)
  assert.ok(realizedPnlOf(scenario.engine.portfolio) > 0n)
})

test('a sell without a position is denied where the account may not short, and opens one where it may', () => {
  const strategy = scripted({ 3: enterShort, 20: exitShort })
  const long = runScenario({ strategy }, flatTape(0, 40))
  assert.deepEqual(
    eventsOf(long, 'denied').map(({ code }) => code),
    [eventsOf(long, 'denied')[0]?.code, 'NOTHING_TO_EXIT'],
  )
  assert.equal(eventsOf(long, 'approved').length, 0)
  const short = runScenario({ strategy, short: true }, flatTape(0, 15))
  assert.ok(positionOf(short.engine.portfolio, bitcoin.id).quantity < 0n)
  const closed = runScenario({ strategy, short: true }, flatTape(0, 40))
  assert.equal(positionOf(closed.engine.portfolio, bitcoin.id).quantity, 0n)
})

test('every signal is answered by an approval or a denial', () => {
  const wishes: Record<number, Wish> = {}
  for (let id = 5; id < 400; id += 5) wishes[id] = id % 10 === 0 ? exitLong : enterLong
  const scenario = runScenario({ strategy: scripted(wishes) }, flatTape(0, 420))
  const answered = new Set([
    ...eventsOf(scenario, 'approved').map(({ order }) => order.slot),
    ...eventsOf(scenario, 'denied').map(({ slot }) => slot),
  ])
  const signals = eventsOf(scenario, 'signal')
  assert.equal(signals.length, 79)
  for (const { slot } of signals) assert.ok(answered.has(slot), slot)
})

test('a gap in the tape denies new risk until the data is fresh again', () => {
  const gap: MarketEvent = { kind: 'gap', eventMs: tradeAt(0, 5000, 1).eventMs, gapMs: 4000 }
  const wishes = { 12: enterLong, 40: enterLong }
  const scenario = runScenario({ strategy: scripted(wishes) }, [...flatTape(0, 10), gap, ...flatTape(10, 60)])
  assert.equal(eventsOf(scenario, 'denied').length, 1)
  assert.equal(eventsOf(scenario, 'denied')[0]?.control, 'C18')
  assert.equal(eventsOf(scenario, 'approved')[0]?.order.slot.endsWith('t40'), true)
})

test('the journal is a chain: every hash follows from the one before', () => {
  const scenario = runScenario({ strategy: scripted({ 3: enterLong, 20: exitLong }) }, flatTape(0, 40))
  let prevHash = ''
  for (const [index, entry] of scenario.entries.entries()) {
    assert.equal(entry.seq, index + 1)
    assert.ok(entry.causeSeq < entry.seq)
    assert.equal(entry.prevHash, prevHash)
    assert.equal(entry.hash, chainHash(digest, entry))
    prevHash = entry.hash
  }
  assert.equal(scenario.engine.journal.hash, prevHash)
})

/** A tape and wishes that follow from a seed: prices walk far enough for stops and targets to fill. */
function randomRun(seed: number): Readonly<{ tape: MarketEvent[]; wishes: Record<number, Wish> }> {
  const random = createRandom(seed, 'scenario')
  const tape: MarketEvent[] = []
  const wishes: Record<number, Wish> = {}
  let at = 50_000
  let eventMs = 0
  for (let id = 0; id < 400; id++) {
    eventMs += Math.floor(random() * 3000)
    at = Math.max(1000, Math.round((at + (random() - 0.5) * 600) * 100) / 100)
    tape.push(tradeAt(id, eventMs, at, Math.round(random() * 2000 + 1) / 1000))
    const draw = random()
    if (draw < 0.05) wishes[id] = enterLong
    else if (draw < 0.1) wishes[id] = exitLong
    else if (draw < 0.13) wishes[id] = enterShort
    else if (draw < 0.16) wishes[id] = exitShort
  }
  return { tape, wishes }
}

const LOOSE = {
  'C05.share': '0.1',
  'C07.share': '0.2',
  'C07.cap': '100000',
  'C16.entriesMax': '1000',
  'C16.losses': '1000',
} as const

test('books balance exactly over random histories', () => {
  let fills = 0
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom('quote', 'base'), fc.boolean(), (seed, feeIn, short) => {
      const { tape, wishes } = randomRun(seed)
      const scenario = runScenario(
        {
          strategy: scripted(wishes),
          seed,
          short,
          limits: LOOSE,
          sizing: { entryShare: '0.1' },
          venue: { feeIn },
        },
        tape,
      )
      assertBooks(scenario)
      fills += eventsOf(scenario, 'filled').length
    }),
    { numRuns: 60 },
  )
  assert.ok(fills > 100, `the histories must trade to show anything, and they filled ${fills} times`)
})

/**
 * equity = cash + position x mark = start + realized + unrealized - fees; positions and fees are sums of
 * fills.
 */
function assertBooks(scenario: Scenario): void {
  const { portfolio } = scenario.engine
  let held = 0n as Quantity
  let cash = portfolio.cashStart
  let fees = 0n as Money
  for (const fill of eventsOf(scenario, 'filled')) {
    const value = notional(fill.price, fill.quantity)
    held = add(held, fill.side === 'buy' ? fill.quantity : negate(fill.quantity))
    cash = add(cash, fill.side === 'buy' ? negate(value) : value)
    if (fill.feeAsset === bitcoin.quote) {
      cash = subtract(cash, fill.fee as Money)
      fees = add(fees, fill.fee as Money)
    } else {
      held = subtract(held, fill.fee as Quantity)
      fees = add(fees, notional(fill.price, fill.fee as Quantity))
    }
  }
  const position = positionOf(portfolio, bitcoin.id)
  const mark = portfolio.marks.get(bitcoin.id)
  assert.equal(position.quantity, held)
  assert.equal(portfolio.cash, cash)
  assert.equal(portfolio.fees, fees)
  const equity = equityOf(portfolio)
  assert.equal(equity, mark === undefined ? cash : add(cash, notional(mark, held)))
  const parts = add(add(portfolio.cashStart, realizedPnlOf(portfolio)), unrealizedPnlOf(portfolio))
  assert.equal(equity, subtract(parts, fees))
}

test('equal seed and tape give equal journals; another seed moves no signal and no mark', () => {
  const { tape, wishes } = randomRun(7)
  const run = (seed: number): Scenario =>
    runScenario({ strategy: scripted(wishes), seed, limits: LOOSE, venue: { latencyJitterMs: '40' } }, tape)
  const first = run(1)
  assert.equal(run(1).engine.journal.hash, first.engine.journal.hash)
  const other = run(2)
  assert.notEqual(other.engine.journal.hash, first.engine.journal.hash)
  assert.deepEqual(eventsOf(other, 'signal'), eventsOf(first, 'signal'))
  assert.deepEqual(eventsOf(other, 'mark'), eventsOf(first, 'mark'))
})

test('a command is journaled at its place of the tape and takes effect there', () => {
  const scenario = createScenario({ strategy: scripted({ 5: enterLong, 15: enterLong }) })
  const { engine } = scenario
  for (const event of flatTape(0, 10)) engine.onMarket(event)
  engine.onCommand({
    kind: 'command',
    id: 'halt-1',
    eventMs: tradeAt(0, 5000, 1).eventMs,
    action: 'haltCancel',
    scope: 'global',
    actor: 'ada',
    approver: '',
    reason: 'drill',
    subject: '',
    value: '',
  })
  for (const event of flatTape(10, 40)) engine.onMarket(event)
  assert.equal(scenario.entries.find(({ event }) => event.kind === 'command')?.marketSeq, 10)
  assert.equal(eventsOf(scenario, 'cancelRequested').length, 2)
  assert.deepEqual(
    eventsOf(scenario, 'denied').map(({ control }) => control),
    ['C02'],
  )
  assert.equal(engine.openOrders().length, 0)
  assert.equal(formatDecimal(positionOf(engine.portfolio, bitcoin.id).quantity), '0.00197')
})
