import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decodeMetadata,
  footerHolds,
  sealFooter,
  tailMetadata,
} from '../../../src/adapters/recording/recording-metadata.ts'
import { createContinuity } from '../../../src/adapters/recording/tape-builder.ts'
import { createTapeSummary } from '../../../src/adapters/recording/tape-summary.ts'
import { facts } from './recordings.ts'

const metadata = {
  ...facts,
  sources: ['a.csv'],
  leftOut: 2,
  summary: { ...createTapeSummary(), trades: 5, firstMs: 1, gapList: [{ fromMs: 1, toMs: 2 }] },
  first: createContinuity(),
  last: { tradeId: 5, tradeMs: 7, candleMs: null },
  pieces: [[8, 123]],
} as const

test('metadata survive as text', () => {
  assert.deepEqual(
    decodeMetadata(tailMetadata({ ...metadata, summary: { ...metadata.summary, gapList: [] } })),
    {
      ...metadata,
      summary: { ...metadata.summary, gapList: [] },
    },
  )
})

test('a sealed footer shows any change, and a foreign one is told apart', () => {
  const footer = Buffer.from(
    [...tailMetadata({ ...metadata, summary: createTapeSummary() })].flat().join(' '),
  )
  sealFooter(footer)
  assert.equal(footerHolds(footer), true)
  for (let at = 0; at < footer.length; at++) {
    const flipped = Buffer.from(footer)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    assert.equal(footerHolds(flipped), false)
  }
  assert.equal(footerHolds(Buffer.from('of another program')), null)
})
