import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '../../src/domain/event.ts'
import { createOperator } from '../../src/engine/operator.ts'
import type { Wish } from '../../src/engine/strategy.ts'
import { commandAt } from './risk/feed.ts'
import { enterLong, exitLong, runScenario, scripted, tradeAt } from './scenario.ts'

const latched: Alert = {
  kind: 'alert',
  eventMs: 1000,
  level: 'critical',
  code: 'REPEATED_EXECUTION',
  scope: 'strategy:test',
  message: 'latched',
}

test('a latch is lifted once, the set time after it fell, with the entry that called for it as cause', () => {
  const operator = createOperator(500)
  operator.onEvent(latched, 7)
  assert.equal(operator.isDue(1499), false)
  assert.deepEqual(operator.take(1499), [])
  assert.equal(operator.isDue(1500), true)
  const [due] = operator.take(1500)
  assert.equal(due?.causeSeq, 7)
  assert.equal(due.command.action, 'unlatch')
  assert.equal(due.command.subject, 'C16')
  assert.equal(due.command.scope, 'strategy:test')
  assert.equal(due.command.eventMs, 1500)
  assert.deepEqual(operator.take(9999), [])
})

test("risk's halt is lifted, a person's is left alone, and so are alerts that are no latch", () => {
  const operator = createOperator(0)
  operator.onEvent(commandAt(0, { action: 'halt' }), 1)
  operator.onEvent({ ...latched, code: 'UNPROTECTED' }, 2)
  assert.deepEqual(operator.take(Infinity), [])
  operator.onEvent(commandAt(0, { action: 'haltCancel', actor: 'risk', scope: 'account:paper' }), 3)
  assert.deepEqual(
    operator.take(Infinity).map(({ command }) => [command.action, command.scope]),
    [['resume', 'account:paper']],
  )
})

test('with an operator a run that latched goes on, and repeats exactly', () => {
  const wishes: Record<number, Wish> = {}
  for (let id = 10; id < 4000; id += 20) wishes[id] = id % 40 === 10 ? enterLong : exitLong
  const tape = Array.from({ length: 4000 }, (_, id) => tradeAt(id, id * 1000, 50_000))
  const fillsOf = (operatorMs?: number): readonly [number, string] => {
    const options = operatorMs === undefined ? {} : { operatorMs }
    const { entries, engine } = runScenario({ strategy: scripted(wishes), ...options }, tape)
    return [entries.filter(({ event }) => event.kind === 'filled').length, engine.journal.hash]
  }
  const [left] = fillsOf()
  const [lifted, hash] = fillsOf(600_000)
  assert.ok(lifted > left, `${lifted} fills with an operator, ${left} without`)
  assert.deepEqual(fillsOf(600_000), [lifted, hash])
})
