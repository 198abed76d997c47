import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Money, Price, Quantity } from '../../src/domain/decimal.ts'
import {
  absolute,
  add,
  decimalOfNumber,
  divideCeil,
  divideFloor,
  divideHalfEven,
  formatDecimal,
  larger,
  money,
  negate,
  notional,
  ONE,
  parseDecimal,
  price,
  priceOfNumber,
  quantity,
  quantityFloor,
  quantityOfNumber,
  ratio,
  roundDown,
  roundUp,
  shareCeil,
  shareFloor,
  smaller,
  subtract,
  toNumber,
  ZERO_MONEY,
  ZERO_QUANTITY,
} from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'

const LIMIT = 10n ** 30n - 1n
const anyDecimal = fc.bigInt({ min: -LIMIT, max: LIMIT })
const anyAmount = fc.bigInt({ min: 0n, max: 10n ** 24n })
const anyDivisor = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).filter((value) => value !== 0n)
const anyStep = fc.bigInt({ min: 1n, max: 10n ** 18n })

const isInvalid = (error: unknown): boolean =>
  error instanceof CdbError && error.code === 'CDB_DECIMAL_INVALID'

test('plain text is read exactly', () => {
  assert.equal(parseDecimal('50000.12'), 50_000_120_000_000_000n)
  assert.equal(parseDecimal('-0.000000000001'), -1n)
  assert.equal(parseDecimal('007.50'), 7_500_000_000_000n)
  assert.equal(parseDecimal('999999999999999999.999999999999'), 10n ** 30n - 1n)
})

test('zeros beyond the twelfth digit are no digits', () => {
  assert.equal(parseDecimal('1.0000000000000000'), ONE)
  assert.throws(() => parseDecimal('1.0000000000001'), isInvalid)
})

test('whatever is formatted is read back', () => {
  fc.assert(fc.property(anyDecimal, (value) => parseDecimal(formatDecimal(value)) === value))
})

test('the shortest text is written: no idle zeros, no bare point, no negative zero', () => {
  fc.assert(
    fc.property(anyDecimal, (value) => {
      assert.match(formatDecimal(value), /^-?(?:0|[1-9]\d*)(?:\.\d{0,11}[1-9])?$/)
      assert.notEqual(formatDecimal(value), '-0')
    }),
  )
})

const BAD_TEXTS = [
  ['nothing', ''],
  ['a space', ' '],
  ['a word', 'abc'],
  ['NaN', 'NaN'],
  ['Infinity', 'Infinity'],
  ['minus Infinity', '-Infinity'],
  ['an exponent', '1e3'],
  ['a capital exponent', '1E-8'],
  ['a huge exponent', '1e999'],
  ['negative zero', '-0'],
  ['negative zero with digits', '-0.000'],
  ['a plus sign', '+1'],
  ['two signs', '--1'],
  ['two points', '1.2.3'],
  ['a comma', '1,5'],
  ['a leading point', '.5'],
  ['a trailing point', '1.'],
  ['a leading space', ' 1'],
  ['a trailing space', '1 '],
  ['a line break', '1\n'],
  ['hexadecimal digits', '0x10'],
  ['an underscore', '1_000'],
  ['a bigint suffix', '1n'],
  ['Arabic-Indic digits', '\u0661\u0662'],
  ['fullwidth digits', '\uff11\uff12'],
  ['a Unicode minus', '\u22121'],
  ['a zero byte', '1\u0000'],
  ['nineteen digits before the point', '1000000000000000000'],
  ['sixty digits', '1'.repeat(60)],
  ['thirteen digits after the point', '0.1234567890123'],
  ['sixty digits after the point', `0.${'1'.repeat(60)}`],
  ['sixty zeros after the point', `1.${'0'.repeat(60)}`],
] as const

for (const [name, text] of BAD_TEXTS) {
  test(`${name} is not a decimal`, () => {
    assert.throws(() => parseDecimal(text), isInvalid)
  })
}

test('a refusal shows at most forty characters of the text', () => {
  const text = '9'.repeat(10_000)
  assert.throws(
    () => parseDecimal(text),
    (error: unknown) => error instanceof CdbError && error.message.length < 100 && error.mend !== '',
  )
})

test('text that is not plain digits is never read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(!/^-?\d+(?:\.\d+)?$/.test(text))
      assert.throws(() => parseDecimal(text), isInvalid)
    }),
  )
})

/**
 * floor(dividend / divisor) by its definition: the largest q with q x divisor <= dividend, for divisor > 0.
 */
test('divideFloor is the largest quotient that is not above the exact one', () => {
  fc.assert(
    fc.property(anyDecimal, anyDivisor, (dividend, divisor) => {
      const rest = dividend - divideFloor(dividend, divisor) * divisor
      return divisor > 0n ? rest >= 0n && rest < divisor : rest <= 0n && rest > divisor
    }),
  )
})

test('divideCeil is the smallest quotient that is not below the exact one', () => {
  fc.assert(
    fc.property(anyDecimal, anyDivisor, (dividend, divisor) => {
      const rest = divideCeil(dividend, divisor) * divisor - dividend
      return divisor > 0n ? rest >= 0n && rest < divisor : rest <= 0n && rest > divisor
    }),
  )
})

test('divideHalfEven is the nearest quotient, and of two the even one', () => {
  fc.assert(
    fc.property(anyDecimal, anyDivisor, (dividend, divisor) => {
      const quotient = divideHalfEven(dividend, divisor)
      const twiceOff = absolute(2n * (dividend - quotient * divisor))
      assert.ok(twiceOff <= absolute(divisor))
      if (twiceOff === absolute(divisor)) assert.equal(quotient % 2n, 0n)
    }),
  )
})

test('ties go to even on both sides of zero', () => {
  const halves: readonly [bigint, bigint][] = [
    [1n, 0n],
    [3n, 2n],
    [5n, 2n],
    [7n, 4n],
    [-1n, 0n],
    [-3n, -2n],
    [-5n, -2n],
    [-7n, -4n],
  ]
  for (const [dividend, quotient] of halves) {
    assert.equal(divideHalfEven(dividend, 2n), quotient)
    assert.equal(divideHalfEven(-dividend, -2n), quotient)
  }
})

test('the three roundings enclose the exact quotient, and agree where it is whole', () => {
  fc.assert(
    fc.property(anyDecimal, anyDivisor, (dividend, divisor) => {
      const [floor, half, ceil] = [divideFloor, divideHalfEven, divideCeil].map((divide) =>
        divide(dividend, divisor),
      )
      assert.ok(floor !== undefined && half !== undefined && ceil !== undefined)
      assert.ok(floor <= half && half <= ceil)
      assert.equal(ceil - floor, dividend % divisor === 0n ? 0n : 1n)
    }),
  )
})

test('half-even has no side: a negated dividend gives the negated quotient', () => {
  fc.assert(
    fc.property(anyDecimal, anyDivisor, (dividend, divisor) => {
      return divideHalfEven(-dividend, divisor) === -divideHalfEven(dividend, divisor)
    }),
  )
})

test('division by zero is an error, not infinity', () => {
  for (const divide of [divideFloor, divideCeil, divideHalfEven])
    assert.throws(() => divide(1n, 0n), RangeError)
  assert.throws(() => quantityFloor(money('1'), price('0')), RangeError)
})

test('roundDown and roundUp land on the grid, within one step, on their side', () => {
  fc.assert(
    fc.property(anyDecimal, anyStep, (value, step) => {
      const [down, up] = [roundDown(value, step), roundUp(value, step)]
      assert.equal(down % step, 0n)
      assert.equal(up % step, 0n)
      assert.ok(down <= value && value - down < step)
      assert.ok(up >= value && up - value < step)
      assert.equal(roundDown(down, step), down)
    }),
  )
})

test('a value on the grid stays: 0.29 on a grid of 0.01 is 0.29', () => {
  assert.equal(roundDown(price('0.29'), price('0.01')), price('0.29'))
  assert.equal(roundUp(price('0.29'), price('0.01')), price('0.29'))
})

test('notional is exact on any grid of a venue', () => {
  assert.equal(notional(price('50000.12'), quantity('0.00001')), money('0.5000012'))
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 10n ** 10n }),
      fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }),
      (ticks, lots) => {
        const [at, amount] = [(ticks * 10n ** 6n) as Price, (lots * 10n ** 6n) as Quantity]
        return notional(at, amount) * ONE === at * amount
      },
    ),
  )
})

test('notional adds up: parts of a quantity are worth the whole, on the grid', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 10n }), anyLots(), anyLots(), (ticks, left, right) => {
      const at = (ticks * 10n ** 6n) as Price
      return notional(at, add(left, right)) === add(notional(at, left), notional(at, right))
    }),
  )
})

function anyLots(): fc.Arbitrary<Quantity> {
  return fc.bigInt({ min: 0n, max: 10n ** 12n }).map((lots) => (lots * 10n ** 6n) as Quantity)
}

test('a floor share and the ceil share of the rest make the whole', () => {
  fc.assert(
    fc.property(anyAmount, fc.bigInt({ min: 0n, max: ONE }), (amount, part) => {
      const share = part as ReturnType<typeof ratio>
      const rest = subtract(ratio('1'), share)
      assert.equal(shareFloor(amount as Money, share) + shareCeil(amount as Money, rest), amount)
      assert.ok(shareFloor(amount as Money, share) <= amount)
    }),
  )
})

test('what quantityFloor allows is affordable, and one unit more is not', () => {
  fc.assert(
    fc.property(anyAmount, fc.bigInt({ min: 1n, max: 10n ** 20n }), (amount, at) => {
      const affordable = quantityFloor(amount as Money, at as Price)
      assert.ok(affordable * at <= amount * ONE)
      assert.ok((affordable + 1n) * at > amount * ONE)
    }),
  )
})

test('toNumber is the nearest double', () => {
  assert.equal(toNumber(price('50000.12')), 50000.12)
  assert.equal(toNumber(price('0.1')), 0.1)
  assert.equal(toNumber(-1n), -1e-12)
  fc.assert(fc.property(anyDecimal, (value) => toNumber(value) === Number(formatDecimal(value))))
})

test('a number from the market is taken by its shortest text', () => {
  assert.equal(decimalOfNumber(0.1), parseDecimal('0.1'))
  assert.throws(() => decimalOfNumber(0.1 + 0.2), isInvalid)
  assert.equal(priceOfNumber(55_013.99), price('55013.99'))
  assert.equal(quantityOfNumber(0.00001), quantity('0.00001'))
  assert.equal(decimalOfNumber(1e-8), parseDecimal('0.00000001'))
  assert.equal(decimalOfNumber(1.5e-7), parseDecimal('0.00000015'))
  assert.equal(decimalOfNumber(1e-12), 1n)
})

test('every number with a decimal of eight digits comes through exactly', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), (units) => {
      const value = units * 10n ** 4n
      return decimalOfNumber(Number(formatDecimal(value))) === value
    }),
  )
})

test('a number without a plain decimal within the scale is refused', () => {
  for (const value of [
    NaN,
    Infinity,
    -Infinity,
    1e21,
    1e18,
    1e-13,
    1.1e-12,
    Number.MIN_VALUE,
    Number.MAX_VALUE,
  ]) {
    assert.throws(() => decimalOfNumber(value), isInvalid, String(value))
  }
})

test('zero is read from a number, whatever its sign', () => {
  assert.equal(decimalOfNumber(0), 0n)
  assert.equal(decimalOfNumber(-0), 0n)
})

test('sums, differences and signs keep their kind', () => {
  assert.equal(add(money('1.5'), money('2')), money('3.5'))
  assert.equal(subtract(money('1.5'), money('2')), money('-0.5'))
  assert.equal(negate(quantity('2')), quantity('-2'))
  assert.equal(absolute(quantity('-2')), quantity('2'))
  assert.equal(smaller(price('1'), price('2')), price('1'))
  assert.equal(larger(price('1'), price('2')), price('2'))
  assert.equal(ZERO_MONEY + ZERO_QUANTITY, 0n)
})
