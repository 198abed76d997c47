import assert from 'node:assert/strict'
import { userInfo } from 'node:os'
import { test } from 'node:test'
import type { CliArgs } from '../../src/cli/command.ts'
import { parseScope, personOf, requiredOption, requireNoArguments } from '../../src/cli/control-options.ts'

const argsOf = (values: CliArgs['values'], ...positionals: string[]): CliArgs => ({ values, positionals })
const usage = { code: 'CDB_USAGE' }

test('a command has a reason and a person, by default the user of the machine', () => {
  assert.deepEqual(personOf('kill', argsOf({ reason: ' wrong ' })), {
    actor: userInfo().username,
    reason: 'wrong',
  })
  assert.equal(personOf('kill', argsOf({ reason: 'x', actor: 'ada@desk' })).actor, 'ada@desk')
  for (const values of [{}, { reason: ' ' }, { reason: 'x'.repeat(501) }]) {
    assert.throws(() => personOf('kill', argsOf(values)), usage)
  }
})

test('nobody gives commands in the name of risk, or under a name that is none', () => {
  for (const actor of ['risk', '', 'a/b', 'a\nb', 'x'.repeat(65)]) {
    assert.throws(() => personOf('kill', argsOf({ reason: 'x', actor })), usage)
  }
})

test('a scope is global or one thing of a kind', () => {
  for (const scope of [
    'global',
    'venue:SIM',
    'account:paper',
    'strategy:momentum',
    'instrument:BTCUSDT.SIM',
  ]) {
    assert.equal(parseScope(scope), scope)
  }
  for (const scope of ['', 'all', 'strategy:', 'desk:x', 'global:x', 'account:a b', 'Global']) {
    assert.throws(() => parseScope(scope), usage, scope)
  }
})

test('what is required must be there, what is not taken must not', () => {
  assert.equal(requiredOption('override', argsOf({ approver: 'bob' }), 'approver'), 'bob')
  assert.throws(() => requiredOption('override', argsOf({}), 'approver'), usage)
  assert.throws(() => {
    requireNoArguments('kill', argsOf({}, 'all'))
  }, usage)
})
