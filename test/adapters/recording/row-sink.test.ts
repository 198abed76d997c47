import assert from 'node:assert/strict'
import { test } from 'node:test'
import { millisecondsOf } from '../../../src/adapters/recording/row-sink.ts'

test('microseconds are told from milliseconds by their size', () => {
  assert.equal(millisecondsOf(1_700_000_000_123), 1_700_000_000_123)
  assert.equal(millisecondsOf(1_700_000_000_123_999), 1_700_000_000_123)
})
