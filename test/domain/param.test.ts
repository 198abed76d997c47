import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseDecimal } from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'
import type { ErrorCode } from '../../src/domain/errors.ts'
import {
  formatDuration,
  formatParam,
  parseDuration,
  parseParam,
  parseParams,
} from '../../src/domain/param.ts'
import type { ParamSpec, ParamType } from '../../src/domain/param.ts'

const spec = (type: ParamType, bounds: Partial<ParamSpec> = {}): ParamSpec => ({
  name: 'setting',
  type,
  unit: '',
  default: { number: '1.5', integer: '3', duration: '5m', decimal: '0.1', flag: 'false', text: 'word' }[type],
  min: '',
  max: '',
  meaning: 'what it means',
  ...bounds,
})

const isCode =
  (code: ErrorCode) =>
  (error: unknown): boolean =>
    error instanceof CdbError && error.code === code && error.message.startsWith('owner') && error.mend !== ''

test('each type is read in its own form', () => {
  const read = (type: ParamType, text: string) => parseParam('owner', spec(type), text)
  assert.equal(read('number', '-2.5'), -2.5)
  assert.equal(read('integer', '-12'), -12)
  assert.equal(read('duration', '90s'), 90_000)
  assert.equal(read('decimal', '0.000000000001'), 1n)
  assert.equal(read('flag', 'true'), true)
  assert.equal(read('flag', 'false'), false)
  assert.equal(read('text', ' any words '), ' any words ')
})

const UNREADABLE: Readonly<Record<Exclude<ParamType, 'text'>, readonly string[]>> = {
  number: ['', 'abc', 'NaN', 'Infinity', '1e3', '+1', '.5', '1.', '0x1', ' 1', '1 ', '9'.repeat(400)],
  integer: ['', '1.5', '1e3', '9'.repeat(16), '+1', 'one', '0x1'],
  duration: [
    '',
    '5',
    '5 m',
    'm',
    '-5m',
    '5M',
    '1e3s',
    '5m5s',
    '5min',
    '1.s',
    `${'9'.repeat(400)}s`,
    '999999999999d',
  ],
  decimal: ['', 'abc', '1e-8', 'NaN', '-0', '0.1234567890123', '1'.repeat(19)],
  flag: ['', 'yes', 'TRUE', '1', 'truee'],
}

for (const [type, texts] of Object.entries(UNREADABLE)) {
  test(`what is no ${type} is refused`, () => {
    for (const text of texts) {
      assert.throws(
        () => parseParam('owner', spec(type as ParamType), text),
        isCode('CDB_PARAM_INVALID'),
        text,
      )
    }
  })
}

test('bounds are inclusive, and are told when broken', () => {
  const bounded: Readonly<Record<'number' | 'integer' | 'duration' | 'decimal', readonly string[]>> = {
    number: ['0.5', '2.5', '0.49', '2.51'],
    integer: ['2', '5', '1', '6'],
    duration: ['1s', '1m', '999ms', '61s'],
    decimal: ['0.1', '0.2', '0.099999999999', '0.200000000001'],
  }
  for (const [type, [min = '', max = '', below = '', above = '']] of Object.entries(bounded)) {
    const limited = spec(type as ParamType, { min, max, unit: 'units' })
    assert.notEqual(parseParam('owner', limited, min), undefined)
    assert.notEqual(parseParam('owner', limited, max), undefined)
    for (const text of [below, above]) {
      assert.throws(() => parseParam('owner', limited, text), isCode('CDB_PARAM_RANGE'), `${type} ${text}`)
    }
    assert.throws(() => parseParam('owner', limited, above), { mend: `use ${min} to ${max} units` })
  }
})

test('one bound may be open', () => {
  assert.equal(parseParam('owner', spec('integer', { min: '1' }), '1000000'), 1_000_000)
  assert.throws(() => parseParam('owner', spec('integer', { min: '1' }), '0'), isCode('CDB_PARAM_RANGE'))
  assert.equal(parseParam('owner', spec('integer', { max: '1' }), '-1000000'), -1_000_000)
  assert.throws(() => parseParam('owner', spec('integer', { max: '1' }), '2'), isCode('CDB_PARAM_RANGE'))
})

const specs: readonly ParamSpec[] = [
  { ...spec('duration'), name: 'lookback' },
  { ...spec('number'), name: 'threshold' },
]

test('what is not given has its default', () => {
  assert.deepEqual(parseParams('owner', specs, {}), { lookback: 300_000, threshold: 1.5 })
  assert.deepEqual(parseParams('owner', specs, { threshold: '2' }), { lookback: 300_000, threshold: 2 })
})

test('an unknown name is refused with the names there are', () => {
  assert.throws(() => parseParams('owner', specs, { lookBack: '5m' }), isCode('CDB_PARAM_UNKNOWN'))
  assert.throws(() => parseParams('owner', specs, { x: '1' }), { mend: 'use one of lookback, threshold' })
  assert.throws(() => parseParams('owner', [], { x: '1' }), { mend: 'owner takes no parameters' })
})

test('names that every object has are not parameters', () => {
  assert.throws(() => parseParams('owner', specs, { constructor: '1' }), isCode('CDB_PARAM_UNKNOWN'))
  const polluting = JSON.parse('{"__proto__":"1"}') as Record<string, string>
  assert.throws(() => parseParams('owner', specs, polluting), isCode('CDB_PARAM_UNKNOWN'))
  const named = [{ ...spec('text'), name: 'toString' }]
  assert.deepEqual(parseParams('owner', named, {}), { toString: 'word' })
})

test('a refusal shows only the start of a long text', () => {
  assert.throws(
    () => parseParam('owner', spec('number'), 'x'.repeat(10_000)),
    (error: unknown) => error instanceof CdbError && error.message.length < 120,
  )
})

test('durations are read in each unit, with a fraction', () => {
  const written = { '250ms': 250, '90s': 90_000, '1.5m': 90_000, '2h': 7_200_000, '1d': 86_400_000, '0ms': 0 }
  for (const [text, ms] of Object.entries(written)) assert.equal(parseDuration(text), ms)
  assert.equal(parseDuration('soon'), undefined)
})

test('a duration is written in the largest unit that divides it, and read back', () => {
  assert.equal(formatDuration(90_000), '90s')
  assert.equal(formatDuration(3_600_000), '1h')
  assert.equal(formatDuration(86_400_000), '1d')
  assert.equal(formatDuration(1_001), '1001ms')
  assert.equal(formatDuration(0), '0ms')
  fc.assert(fc.property(fc.nat(10 ** 9), (ms) => parseDuration(formatDuration(ms)) === ms))
})

test('a value is written so that it is read back as itself', () => {
  const values = {
    number: fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => Number(value.toFixed(6)) + 0),
    integer: fc.integer(),
    duration: fc.nat(),
    decimal: fc.bigInt({ min: -(10n ** 29n), max: 10n ** 29n }),
    flag: fc.boolean(),
    text: fc.string(),
  } as const
  for (const [type, arbitrary] of Object.entries(values)) {
    const own = spec(type as ParamType)
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<number | bigint | boolean | string>, (value) => {
        const written = formatParam(own, value)
        fc.pre(!written.includes('e') || type === 'text' || type === 'flag')
        assert.equal(parseParam('owner', own, written), Object.is(value, -0) ? 0 : value)
      }),
    )
  }
  assert.equal(formatParam(spec('decimal'), parseDecimal('0.010')), '0.01')
})
