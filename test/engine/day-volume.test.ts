import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal } from '../../src/domain/decimal.ts'
import { createDayVolume } from '../../src/engine/day-volume.ts'

const DAY_MS = 86_400_000

test('volume counts for a day and is then forgotten, minute by minute', () => {
  const volume = createDayVolume()
  volume.add(0, 1.5)
  volume.add(60_000, 2)
  assert.equal(formatDecimal(volume.sumAt(60_000)), '3.5')
  assert.equal(formatDecimal(volume.sumAt(DAY_MS)), '2')
  assert.equal(formatDecimal(volume.sumAt(DAY_MS + 60_000)), '0')
})

test('a pause longer than a day forgets everything', () => {
  const volume = createDayVolume()
  volume.add(0, 7)
  volume.add(10 * DAY_MS, 1)
  assert.equal(formatDecimal(volume.sumAt(10 * DAY_MS)), '1')
})

test('a late trade counts in its own minute, and not at all when that is over a day ago', () => {
  const volume = createDayVolume()
  volume.add(DAY_MS, 1)
  volume.add(DAY_MS - 120_000, 2)
  volume.add(0, 4)
  assert.equal(formatDecimal(volume.sumAt(DAY_MS)), '3')
})

test('sums of floats are told with eight digits and no rounding noise', () => {
  const volume = createDayVolume()
  volume.add(0, 0.1)
  volume.add(60_000, 0.2)
  assert.equal(formatDecimal(volume.sumAt(60_000)), '0.3')
})
