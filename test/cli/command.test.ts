import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flagOption, listOption, pairsOption, parseCliArgs, textOption } from '../../src/cli/command.ts'
import type { CliArgs, CliCommand } from '../../src/cli/command.ts'

const command: CliCommand = {
  ...{ name: 'try', summary: '', help: '' },
  options: {
    name: { type: 'string' },
    pair: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  },
  run: () => Promise.resolve(0),
}
const parse = (...argv: string[]): CliArgs => parseCliArgs(command, argv)

test('options and files may stand in any order', () => {
  const args = parse('a.csv', '--name', 'x', 'b.csv', '--json')
  assert.deepEqual(args.positionals, ['a.csv', 'b.csv'])
  assert.equal(textOption(args, 'name'), 'x')
  assert.equal(flagOption(args, 'json'), true)
})

test('an option that is not given has no value', () => {
  const args = parse()
  assert.equal(textOption(args, 'name'), undefined)
  assert.equal(flagOption(args, 'json'), false)
  assert.deepEqual(listOption(args, 'pair'), [])
  assert.deepEqual(pairsOption(args, 'pair'), {})
})

test('pairs are split at their first equals sign', () => {
  assert.deepEqual(pairsOption(parse('--pair', 'a=1', '--pair', 'b=x=y', '--pair', 'c='), 'pair'), {
    ...{ a: '1', b: 'x=y', c: '' },
  })
})

test('a pair without a key, and a key that is given twice, is wrong usage', () => {
  for (const argv of [['a'], ['=1'], ['a=1', 'a=2']]) {
    const args = parse(...argv.flatMap((pair) => ['--pair', pair]))
    assert.throws(() => pairsOption(args, 'pair'), { code: 'CDB_USAGE' })
  }
})

test('an unknown option, and one without its value, is wrong usage that names the help', () => {
  for (const argv of [['--nmae', 'x'], ['--name'], ['--json=yes']]) {
    assert.throws(() => parse(...argv), { code: 'CDB_USAGE', mend: 'see: cdb try --help' })
  }
})
