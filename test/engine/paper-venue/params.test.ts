import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CdbError } from '../../../src/domain/errors.ts'
import { formatParam, parseParam, parseParams } from '../../../src/domain/param.ts'
import { paperVenueParams, takerFeeOf } from '../../../src/engine/paper-venue/paper-venue.ts'
import { openVenue } from './market-day.ts'

test('feeIn names an asset of the pair or is refused', () => {
  assert.throws(
    () => openVenue({ params: { feeIn: 'BNB' } }),
    (error) =>
      error instanceof CdbError && error.code === 'CDB_PARAM_INVALID' && /feeIn=BNB/.test(error.message),
  )
})

test('every default is within its bounds and written in its own form', () => {
  for (const spec of paperVenueParams) {
    assert.equal(formatParam(spec, parseParam('venue', spec, spec.default)), spec.default, spec.name)
  }
})

test('the taker fee is the one that was set', () => {
  assert.equal(takerFeeOf(parseParams('venue', paperVenueParams, { takerFee: '0.0006' })), 600_000_000n)
})

test('the reference lists exactly the parameters, with their defaults', () => {
  const text = readFileSync(new URL('../../../docs/reference/paper-venue.md', import.meta.url), 'utf8')
  const listed = [...text.matchAll(/^\| `(\w+)` +\| `([^`]+)` +\|/gm)].map(([, name, value]) => [name, value])
  assert.deepEqual(
    listed,
    paperVenueParams.map((spec) => [spec.name, spec.default]),
  )
})
