import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  countFigure,
  moneyFigure,
  percentFigure,
  ratioFigure,
  spanFigure,
  timeFigure,
} from '../../../src/adapters/report/figures.ts'
import { formatDecimal } from '../../../src/domain/decimal.ts'

test('money has groups of thousands and two digits, cut and never rounded', () => {
  for (const [text, figure] of [
    ['0', '0.00'],
    ['1234567.899', '1,234,567.89'],
    ['-1234.5', '-1,234.50'],
    ['999', '999.00'],
    ['-0.001', '0.00'],
    ['-0.01', '-0.01'],
  ] as const) {
    assert.equal(moneyFigure(text), figure)
  }
  assert.equal(moneyFigure('0.123456789', 8), '0.12345678')
  assert.equal(moneyFigure('5.1', 4), '5.10')
})

test('money figures are the number itself, short of the digits that were cut', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n }), (value) => {
      const text = formatDecimal(value)
      const back = moneyFigure(text, 12).replaceAll(',', '')
      assert.equal(back.replace(/\.?0+$/, '') || '0', text.includes('.') ? text : back.replace(/\.00$/, ''))
    }),
  )
})

test('a share is percent, with a third digit where it is small', () => {
  assert.equal(percentFigure(0.5), '50.00 %')
  assert.equal(percentFigure(-0.01234), '-1.234 %')
  assert.equal(percentFigure(0), '0.00 %')
  assert.equal(percentFigure(null), 'n/a')
})

test('ratios and counts', () => {
  assert.equal(ratioFigure(1.005), '1.00')
  assert.equal(ratioFigure(null), 'n/a')
  assert.equal(countFigure(1234567), '1,234,567')
})

test('times are UTC, a midnight without its time', () => {
  assert.equal(timeFigure(Date.UTC(2024, 7, 8, 23, 54, 14, 999)), '2024-08-08 23:54:14')
  assert.equal(timeFigure(Date.UTC(2024, 7, 8)), '2024-08-08')
  assert.equal(timeFigure(null), 'n/a')
})

test('a span is its two largest units', () => {
  for (const [ms, figure] of [
    [0, '0ms'],
    [999, '999ms'],
    [1_000, '1s'],
    [346_000, '5m 46s'],
    [3_600_000, '1h 0m'],
    [3 * 86_400_000 + 2 * 3_600_000 + 59_000, '3d 2h'],
    [null, 'n/a'],
  ] as const) {
    assert.equal(spanFigure(ms), figure)
  }
})
