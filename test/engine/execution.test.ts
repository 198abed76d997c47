import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TradingEvent } from '../../src/domain/event.ts'
import type { ExecutionReport } from '../../src/domain/execution-report.ts'
import type { OrderRequest } from '../../src/domain/order.ts'
import { createExecution } from '../../src/engine/execution.ts'
import type { ExecutionStep } from '../../src/engine/execution.ts'
import { createPaperVenue } from '../../src/engine/paper-venue/paper-venue.ts'
import { approvedIn, commandAt, createTestRisk, markAt, signalAt } from './risk/feed.ts'
import { bitcoin, configOf, scripted, START_MS, tradeAt } from './scenario.ts'

const config = configOf({ strategy: scripted({}) })

function createTestExecution(): ExecutionStep {
  const { account, cash, short, seed } = config
  const venue = createPaperVenue({ instrument: bitcoin, account, cash, short, seed, params: config.venue })
  const execution = createExecution({ venue, approvalAgeMsMax: 2_000 })
  execution.onMarket(tradeAt(1, 0, 50_000))
  return execution
}

function approvedAt(eventMs: number): Extract<TradingEvent, { kind: 'approved' }> {
  const risk = createTestRisk()
  risk.step(markAt(eventMs, '50000'))
  const [order] = approvedIn(risk.step(signalAt(eventMs, '50000')))
  assert.ok(order !== undefined)
  return { kind: 'approved', eventMs: START_MS + eventMs, order }
}

const kindsOf = (events: readonly TradingEvent[]): readonly string[] => events.map(({ kind }) => kind)

const settle = (execution: ExecutionStep): readonly ExecutionReport[] => [
  ...execution.onMarket(tradeAt(2, 5_000, 50_000)),
  ...execution.onMarket(tradeAt(3, 10_000, 50_000)),
]

test('an approved order is submitted, and the venue answers as the tape moves on', () => {
  const execution = createTestExecution()
  assert.deepEqual(kindsOf(execution.step(approvedAt(0))), ['submitting'])
  assert.deepEqual(kindsOf(settle(execution)), ['accepted', 'filled'])
})

test('halted, reduce-only or too old by its turn: abandoned, and the venue never hears of it', () => {
  const prepare: readonly ((execution: ExecutionStep) => void)[] = [
    (execution) => execution.step(commandAt(0, { action: 'halt' })),
    (execution) => execution.step(commandAt(0, { action: 'reduceOnly', scope: 'account:paper' })),
    (execution) => execution.step(markAt(2_001, '50000')),
  ]
  for (const step of prepare) {
    const execution = createTestExecution()
    step(execution)
    assert.deepEqual(kindsOf(execution.step(approvedAt(0))), ['abandoned'])
    assert.deepEqual(kindsOf(settle(execution)), [])
  }
})

test('resume lets the next order through', () => {
  const execution = createTestExecution()
  execution.step(commandAt(0, { action: 'halt' }))
  execution.step(commandAt(1, { action: 'resume' }))
  assert.deepEqual(kindsOf(execution.step(approvedAt(1))), ['submitting'])
})

test('a cancel request goes to the venue', () => {
  const execution = createTestExecution()
  const approved = approvedAt(0)
  const resting: OrderRequest = {
    ...approved.order,
    type: 'limit',
    price: (49_000n * 10n ** 12n) as OrderRequest['price'],
    timeInForce: 'gtc',
  }
  execution.step({ ...approved, order: resting })
  assert.deepEqual(kindsOf(settle(execution)), ['accepted'])
  const { clientOrderId, account, instrument } = resting
  const eventMs = START_MS + 10_000
  execution.step({ kind: 'cancelRequested', clientOrderId, account, instrument, eventMs, reason: 'test' })
  const reports = [
    ...execution.onMarket(tradeAt(4, 15_000, 50_000)),
    ...execution.onMarket(tradeAt(5, 20_000, 50_000)),
  ]
  assert.deepEqual(kindsOf(reports), ['canceled'])
})
