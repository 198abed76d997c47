import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDecimal } from '../../../src/domain/decimal.ts'
import { assert as ensure } from '../../../src/domain/errors.ts'
import type { Command } from '../../../src/domain/event.ts'
import { parseParam } from '../../../src/domain/param.ts'
import { limitSpecOf } from '../../../src/engine/controls.ts'
import { limitChangeBreach } from '../../../src/engine/controls/limit-change.ts'
import { command } from './facts.ts'

function change(key: string, current: string, value: string, changes: Partial<Command> = {}) {
  const entry = limitSpecOf(key)
  ensure(entry !== null, 'the key is known')
  const { spec } = entry
  const wanted = command({ action: 'setLimit', subject: key, value, ...changes })
  return limitChangeBreach(wanted, spec, parseParam(key, spec, current))
}
const alone = { approver: '' }

test('one person may tighten a limit at once, in the direction that is tighter for it', () => {
  assert.equal(change('C05.share', '0.01', '0.005', alone), null)
  assert.equal(change('C04.window', '1s', '5s', alone), null)
  assert.equal(change('C10.reserve', '0.005', '0.1', alone), null)
  assert.equal(change('C29.enabled', 'true', 'false', alone), null)
})

test('it takes two different people to loosen a limit', () => {
  const loosenings = [
    ['C05.share', '0.01', '0.010000000001'],
    ['C04.window', '1s', '999ms'],
    ['C10.reserve', '0.005', '0'],
    ['C16.entriesMax', '10', '11'],
    ['C29.enabled', 'false', 'true'],
  ] as const
  for (const [key, current, value] of loosenings) {
    assert.equal(change(key, current, value), null)
    for (const approver of ['', 'ann', 'Ann ']) {
      assert.match(change(key, current, value, { approver })?.reason ?? '', /second person/)
    }
  }
})

test('setting what is set already loosens nothing', () => {
  assert.equal(change('C05.share', '0.01', '0.01', alone), null)
  assert.equal(change('C04.window', '1s', '1000ms', alone), null)
})

test('nobody may go beyond the bounds or write what is not a value', () => {
  for (const value of ['0.5', '0', '-0.01', 'much', '', '1e-3', 'NaN', '0.0100000000001']) {
    assert.notEqual(change('C05.share', '0.01', value), null, value)
  }
})

test('a change names who and why, and is of the right kind', () => {
  assert.notEqual(change('C05.share', '0.01', '0.005', { actor: '' }), null)
  assert.notEqual(change('C05.share', '0.01', '0.005', { reason: '' }), null)
  assert.notEqual(change('C05.share', '0.01', '0.005', { action: 'halt' }), null)
})

test('the current value is compared as a number, not as text', () => {
  assert.equal(parseDecimal('0.0100'), parseDecimal('0.01'))
  assert.equal(change('C07.cap', '1000', '999', alone), null)
  assert.notEqual(change('C07.cap', '999', '1000', alone), null)
})
