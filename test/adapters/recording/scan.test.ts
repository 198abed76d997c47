import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  literal,
  scanInteger,
  scanQuotedNumber,
  skip,
  skipPast,
} from '../../../src/adapters/recording/scan.ts'
import type { Scan } from '../../../src/adapters/recording/scan.ts'

const scanOf = (text: string): Scan => ({ bytes: Buffer.from(text), at: 0, end: text.length })

test('steps move on only over what they want', () => {
  const scan = scanOf('{"e":12,"p":"1.50"}')
  assert(!skip(scan, literal('{"x"')))
  assert.equal(scan.at, 0)
  assert(skip(scan, literal('{"e":')))
  assert.equal(scanInteger(scan), 12)
  assert(skipPast(scan, ':'.charCodeAt(0)))
  assert.equal(scanQuotedNumber(scan), 1.5)
  assert(skip(scan, literal('}')))
  assert(!skip(scan, literal('}')))
  assert(!skipPast(scan, 0))
})

test('integers are those that JSON has and a double holds', () => {
  for (const [text, value] of [
    ['0', 0],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740993', NaN],
    ['007', NaN],
    ['-1', NaN],
    ['', NaN],
    ['x', NaN],
  ] as const) {
    assert.equal(scanInteger(scanOf(text)), value, text)
  }
})

test('a number without its closing mark is none', () => {
  for (const text of ['"1.5', '1.5"', '', '""']) assert(Number.isNaN(scanQuotedNumber(scanOf(text))), text)
})
