import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as invariant, CdbError, errorMeanings, InvariantError } from '../../src/domain/errors.ts'

test('an error carries its code, what mends it, and its cause', () => {
  const cause = new Error('below')
  const error = new CdbError('CDB_FILE_MISSING', 'no file x', { mend: 'check the path', cause })
  assert.deepEqual(
    [error.name, error.code, error.message, error.mend],
    ['CdbError', 'CDB_FILE_MISSING', 'no file x', 'check the path'],
  )
  assert.equal(error.cause, cause)
})

test('an error without a cause has none, and an empty mend', () => {
  const error = new CdbError('CDB_DISK_FULL', 'full')
  assert.equal(Object.hasOwn(error, 'cause'), false)
  assert.equal(error.mend, '')
})

test('a broken invariant is no CdbError', () => {
  assert.throws(
    () => {
      invariant(false, 'books balance')
    },
    {
      name: 'InvariantError',
      message: 'invariant broken: books balance',
    },
  )
  assert.ok(!(new InvariantError('x') instanceof CdbError))
  invariant(true, 'books balance')
})

test('codes and meanings have one form', () => {
  for (const [code, meaning] of Object.entries(errorMeanings)) {
    assert.match(code, /^CDB(?:_[A-Z]+)+$/)
    assert.match(meaning, /^[a-z].*[^.]$/)
  }
})
