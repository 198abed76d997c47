import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isConnectionLost, operatingErrorOf } from '../../../src/adapters/postgres/sql-error.ts'
import { CdbError } from '../../../src/domain/errors.ts'

const failure = (code: string, message = 'said'): Error => Object.assign(new Error(message), { code })
const codeOf = (error: unknown): string => (error instanceof CdbError ? error.code : '')

test('what a server answers is the operating error that it stands for', () => {
  for (const [sqlState, code] of [
    ['28P01', 'CDB_DATABASE_REFUSED'],
    ['3D000', 'CDB_DATABASE_REFUSED'],
    ['25006', 'CDB_DATABASE_REFUSED'],
    ['42P01', 'CDB_SCHEMA_OLD'],
    ['53100', 'CDB_DISK_FULL'],
    ['40P01', 'CDB_LOG_CONFLICT'],
    ['CD001', 'CDB_FENCED'],
    ['55P03', 'CDB_DATABASE_UNREACHABLE'],
    ['57P01', 'CDB_DATABASE_UNREACHABLE'],
    ['ECONNREFUSED', 'CDB_DATABASE_UNREACHABLE'],
    ['ENOTFOUND', 'CDB_DATABASE_UNREACHABLE'],
    ['CD003', ''],
    ['23505', ''],
  ] as const) {
    assert.equal(codeOf(operatingErrorOf(failure(sqlState), 'the database')), code, sqlState)
  }
})

test('an error of ours, and one that says nothing of operation, stay what they are', () => {
  for (const error of [new CdbError('CDB_FENCED', 'x'), new Error('a fault'), failure('22012'), 'no error']) {
    assert.equal(operatingErrorOf(error, 'the database'), error)
  }
})

test('a lost session is told from an answer', () => {
  for (const error of [
    failure('ECONNRESET'),
    failure('57P01'),
    new Error('Connection terminated unexpectedly'),
  ]) {
    assert(isConnectionLost(error))
  }
  for (const error of [failure('40001'), failure('57014'), 'text']) assert(!isConnectionLost(error))
})

test('the place is named, and failures of several addresses are listed', () => {
  const both = Object.assign(new AggregateError([new Error('::1 no'), new Error('127.0.0.1 no')], ''), {
    code: 'ECONNREFUSED',
  })
  const error = operatingErrorOf(both, 'the database at localhost:5432')
  assert(error instanceof CdbError)
  assert.match(error.message, /^the database at localhost:5432: .*::1 no.*127\.0\.0\.1 no/)
})
