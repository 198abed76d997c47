import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayMsOf, epochMsOf } from '../../../src/adapters/recording/csv-time.ts'

test('counts are told apart by their size', () => {
  assert.equal(epochMsOf('1700000000'), 1_700_000_000_000)
  assert.equal(epochMsOf('1700000000123'), 1_700_000_000_123)
  assert.equal(epochMsOf('1735689600000123'), 1_735_689_600_000)
  assert.equal(epochMsOf('1723161253937085768'), 1_723_161_253_937)
})

test('dates are UTC', () => {
  const ms = Date.UTC(2018, 3, 4, 5, 6, 7, 890)
  assert.equal(epochMsOf('2018-04-04T05:06:07.890Z'), ms)
  assert.equal(epochMsOf('2018-04-04 05:06:07.890'), ms)
  assert.equal(epochMsOf('2018-04-04 05:06:07.890 UTC'), ms)
  assert.equal(epochMsOf('2018-04-04T05:06:07.890+00:00'), ms)
  assert.equal(epochMsOf('20180404 05:06'), Date.UTC(2018, 3, 4, 5, 6))
  assert.equal(epochMsOf('2018-04-04'), Date.UTC(2018, 3, 4))
})

test('what is no time is NaN', () => {
  for (const text of [
    '',
    'noon',
    '2018-02-31',
    '2018-04-04 25:00',
    '2018-13-01',
    '2018-04-04T05:06:07+02:00',
    '12',
    '1e12',
  ]) {
    assert(Number.isNaN(epochMsOf(text)), text)
  }
})

test('a time of day is less than a day', () => {
  assert.equal(dayMsOf('0'), 0)
  assert.equal(dayMsOf('86399999'), 86_399_999)
  for (const text of ['86400000', '-1', '', '1.5', '999999999']) assert(Number.isNaN(dayMsOf(text)), text)
})
