import assert from 'node:assert/strict'
import { test } from 'node:test'
import { corruptFile, toFileError } from '../../../src/adapters/recording/file-error.ts'
import { CdbError } from '../../../src/domain/errors.ts'

test('errors of the system become ours, with the file named and the cause kept', () => {
  for (const [code, ours] of [
    ['ENOENT', 'CDB_FILE_MISSING'],
    ['EISDIR', 'CDB_FILE_UNREADABLE'],
    ['EACCES', 'CDB_FILE_UNREADABLE'],
    ['ENOSPC', 'CDB_DISK_FULL'],
    ['EFBIG', 'CDB_DISK_FULL'],
    ['EDQUOT', 'CDB_DISK_FULL'],
    ['Z_BUF_ERROR', 'CDB_FILE_CORRUPT'],
    ['Z_DATA_ERROR', 'CDB_FILE_CORRUPT'],
  ] as const) {
    const cause = Object.assign(new Error('x'), { code })
    const error = toFileError(cause, 'a/b.csv')
    assert(error instanceof CdbError)
    assert.deepEqual([error.code, error.cause], [ours, cause])
    assert.match(error.message, /a\/b\.csv/)
    assert.notEqual(error.mend, '')
  }
})

test('our own errors and broken invariants pass as they are', () => {
  const [ours, broken] = [corruptFile('x', 'is damaged'), new TypeError('a fault of ours')]
  assert.equal(toFileError(ours, 'y'), ours)
  assert.equal(toFileError(broken, 'y'), broken)
})
