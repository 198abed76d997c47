import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command, CommandAction } from '../../src/domain/event.ts'
import { parseInstrumentId } from '../../src/domain/instrument.ts'
import { applyStateCommand, scopesOf, stateOf, strictnessOf } from '../../src/engine/trading-state.ts'
import type { ScopeStates } from '../../src/engine/trading-state.ts'

const order = { account: 'paper', strategy: 'momentum', instrument: parseInstrumentId('BTCUSDT.BINANCE') }

const command = (action: CommandAction, scope: string): Command => ({
  kind: 'command',
  id: '1',
  eventMs: 0,
  action,
  scope,
  actor: 'ada',
  approver: '',
  reason: 'test',
  subject: '',
  value: '',
})

test('without commands every scope is active', () => {
  assert.equal(stateOf(new Map(), order), 'active')
})

test('each scope of an order can halt it, and no other scope can', () => {
  for (const scope of scopesOf(order)) {
    const states: ScopeStates = new Map()
    applyStateCommand(states, command('halt', scope))
    assert.equal(stateOf(states, order), 'halted', scope)
  }
  const states: ScopeStates = new Map()
  applyStateCommand(states, command('halt', 'strategy:breakout'))
  assert.equal(stateOf(states, order), 'active')
})

test('the strictest of the scopes wins', () => {
  const states: ScopeStates = new Map()
  applyStateCommand(states, command('reduceOnly', 'global'))
  assert.equal(stateOf(states, order), 'reduceOnly')
  applyStateCommand(states, command('haltCancel', 'account:paper'))
  assert.equal(stateOf(states, order), 'halted')
})

test('resume lifts its own scope only', () => {
  const states: ScopeStates = new Map()
  applyStateCommand(states, command('halt', 'global'))
  applyStateCommand(states, command('halt', 'account:paper'))
  applyStateCommand(states, command('resume', 'account:paper'))
  assert.equal(stateOf(states, order), 'halted')
  applyStateCommand(states, command('resume', 'global'))
  assert.equal(stateOf(states, order), 'active')
})

test('other commands change no state', () => {
  const states: ScopeStates = new Map()
  for (const action of ['flatten', 'setLimit', 'override', 'unlatch'] as const) {
    applyStateCommand(states, command(action, 'global'))
  }
  assert.equal(states.size, 0)
})

test('the strictest scope says how strict trading is', () => {
  assert.equal(strictnessOf(new Map()), 0)
  assert.equal(strictnessOf(new Map([['global', 'reduceOnly']])), 1)
  assert.equal(
    strictnessOf(
      new Map([
        ['strategy:s', 'halted'],
        ['global', 'reduceOnly'],
      ]),
    ),
    2,
  )
})
