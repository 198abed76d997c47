import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdbError } from '../../src/domain/errors.ts'
import { isOperatingError } from '../../src/engine/operating-error.ts'

test('an operating error is known by its code, and nothing else is one', () => {
  const away = new CdbError('CDB_REDIS_UNREACHABLE', 'away')
  assert(isOperatingError(away, ['CDB_REDIS_FULL', 'CDB_REDIS_UNREACHABLE']))
  assert(!isOperatingError(away, ['CDB_REDIS_FULL']))
  assert(!isOperatingError(new Error('CDB_REDIS_FULL'), ['CDB_REDIS_FULL']))
  assert(!isOperatingError('CDB_REDIS_FULL', ['CDB_REDIS_FULL']))
})
