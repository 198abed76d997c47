import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  admittedNumber,
  admittedText,
  numberProblem,
} from '../../../src/adapters/recording/admitted-number.ts'
import { decimalOfNumber, formatDecimal, parseDecimal } from '../../../src/domain/decimal.ts'

test('plain decimals are admitted as the nearest double', () => {
  for (const [text, value] of [
    ['61837.63000000', 61837.63],
    ['0.00000001', 1e-8],
    ['0.000000000001', 1e-12],
    ['0', 0],
    ['0.00000000', 0],
    ['100', 100],
    ['123456789012345', 123456789012345],
    ['0.1000000000000000000000000000', 0.1],
    ['007.5', 7.5],
    ['9007199254740993.5', NaN],
  ] as const) {
    assert.equal(admittedText(text), value, text)
  }
})

test('what is not plain decimal text is refused with a reason', () => {
  const digits = '1'.repeat(60)
  for (const [text, reason] of [
    ['NaN', 'price "NaN" is not plain decimal digits'],
    ['Infinity', 'price "Infinity" is not plain decimal digits'],
    ['1e5', 'price "1e5" is not plain decimal digits'],
    ['-5', 'price -5 is negative'],
    ['+5', 'price "+5" is not plain decimal digits'],
    ['', 'price is missing'],
    ['.5', 'price ".5" is not plain decimal digits'],
    ['5.', 'price "5." is not plain decimal digits'],
    ['1.2.3', 'price "1.2.3" is not plain decimal digits'],
    [' 1', 'price " 1" is not plain decimal digits'],
    ['0x10', 'price "0x10" is not plain decimal digits'],
    ['1,5', 'price "1,5" is not plain decimal digits'],
    [digits, `price ${digits} has more digits than a price or quantity can hold`],
    ['0.1234567890123', 'price 0.1234567890123 has more digits than a price or quantity can hold'],
    ['1.23456789012345678', 'price 1.23456789012345678 has more digits than a price or quantity can hold'],
  ] as const) {
    assert(Number.isNaN(admittedText(text)), text)
    assert.equal(numberProblem('price', text), reason)
  }
})

test('a number is admitted exactly when its shortest text is what was sent', () => {
  const decimal = fc
    .tuple(
      fc.bigInt({ min: 0n, max: 10n ** 19n }),
      fc.integer({ min: 0, max: 14 }),
      fc.integer({ min: 0, max: 3 }),
    )
    .map(([digits, fraction, zeros]) => {
      const text = digits.toString().padStart(fraction + 1, '0')
      const point = text.length - fraction
      return fraction === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}${'0'.repeat(zeros)}`
    })
  fc.assert(
    fc.property(decimal, (text) => {
      const value = admittedText(text)
      const exact = exactText(text)
      if (exact === null) assert(Number.isNaN(value), text)
      else if (Number.isNaN(value)) assert.notEqual(shortest(Number(text)), exact)
      else assert.equal(formatDecimal(decimalOfNumber(value)), exact)
    }),
    { numRuns: 2000 },
  )
})

test('only the bytes in the range are read', () => {
  assert.equal(admittedNumber(Buffer.from('"12.50",'), 1, 6), 12.5)
})

/** The text without zeros at its ends; null when it is beyond our scale. */
function exactText(text: string): string | null {
  const [whole = '', fraction = ''] = text.split('.')
  const tail = fraction.replace(/0+$/, '')
  const head = whole.replace(/^0+(?=\d)/, '')
  if (tail.length > 12 || head.length > 18) return null
  return formatDecimal(parseDecimal(tail === '' ? head : `${head}.${tail}`))
}

const shortest = (value: number): string => {
  const text = String(value)
  return text.includes('e') ? 'exponent' : text
}
