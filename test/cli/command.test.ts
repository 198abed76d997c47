import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CliArgs, CliCommand } from '../../src/cli/command.ts'
import {
  exitCodes,
  flagOption,
  listOption,
  pairsOption,
  parseCliArgs,
  textOption,
} from '../../src/cli/command.ts'
import { CdbError } from '../../src/domain/errors.ts'

const command: CliCommand = {
  name: 'sample',
  summary: 'a sample',
  help: 'Usage: cdb sample\n',
  options: {
    out: { type: 'string', default: 'x' },
    param: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  },
  run: () => Promise.resolve(exitCodes.ok),
}

const parse = (...argv: readonly string[]): CliArgs => parseCliArgs(command, argv)
const isUsage = (error: unknown): boolean =>
  error instanceof CdbError && error.code === 'CDB_USAGE' && error.mend !== ''

test('arguments, options and flags are read wherever they stand', () => {
  const args = parse('a', '--json', '--out', 'y', 'b', '--param', 'k=v', '--param=l=w')
  assert.deepEqual(args.positionals, ['a', 'b'])
  assert.equal(flagOption(args, 'json'), true)
  assert.equal(textOption(args, 'out'), 'y')
  assert.deepEqual(listOption(args, 'param'), ['k=v', 'l=w'])
  assert.deepEqual(pairsOption(args, 'param'), { k: 'v', l: 'w' })
})

test('what is not given is absent, false, empty or the default', () => {
  const args = parse()
  assert.equal(textOption(args, 'out'), 'x')
  assert.equal(textOption(args, 'param'), undefined)
  assert.equal(flagOption(args, 'json'), false)
  assert.deepEqual(listOption(args, 'param'), [])
  assert.deepEqual(pairsOption(args, 'param'), {})
})

test('a value may hold equal signs and be empty', () => {
  assert.deepEqual(pairsOption(parse('--param', 'k=a=b', '--param', 'l='), 'param'), { k: 'a=b', l: '' })
})

test('what is not a pair, or comes twice, is wrong usage', () => {
  for (const argv of [['k'], ['=v'], ['k=1', 'k=2'], ['']]) {
    const args = parse(...argv.map((pair) => `--param=${pair}`))
    assert.throws(() => pairsOption(args, 'param'), isUsage, argv.join(' '))
  }
})

test('unknown options, missing values and values of flags are wrong usage that names the help', () => {
  for (const argv of [['--nope'], ['--out'], ['--json=1'], ['-x']]) {
    assert.throws(
      () => parse(...argv),
      (error: unknown) => isUsage(error) && (error as CdbError).mend === 'see: cdb sample --help',
      argv.join(' '),
    )
  }
})

test('exit codes differ from each other', () => {
  assert.equal(new Set(Object.values(exitCodes)).size, Object.keys(exitCodes).length)
})
