import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReply, redisError } from '../../../src/adapters/redis/redis-error.ts'
import { CdbError } from '../../../src/domain/errors.ts'

const reply = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' })
const codeOf = (error: Error): string => redisError(error).code
const withCode = (code: string): Error => Object.assign(new Error('connection'), { code })

test('a reply is refused, full or unreachable by how it begins', () => {
  const codes: Readonly<Record<string, string>> = {
    'WRONGPASS invalid username-password pair': 'CDB_REDIS_REFUSED',
    'NOAUTH Authentication required.': 'CDB_REDIS_REFUSED',
    "NOPERM this user has no permissions to run the 'xadd' command": 'CDB_REDIS_REFUSED',
    'WRONGTYPE Operation against a key': 'CDB_REDIS_REFUSED',
    "OOM command not allowed when used memory > 'maxmemory'.": 'CDB_REDIS_FULL',
    'MISCONF Errors writing to the AOF file': 'CDB_REDIS_FULL',
    'LOADING Redis is loading the dataset in memory': 'CDB_REDIS_UNREACHABLE',
    "READONLY You can't write against a read only replica.": 'CDB_REDIS_UNREACHABLE',
  }
  for (const [message, code] of Object.entries(codes)) assert.equal(codeOf(reply(message)), code, message)
})

test('a certificate that is not trusted is refused, and any other failure of a connection is no answer', () => {
  assert.equal(codeOf(withCode('SELF_SIGNED_CERT_IN_CHAIN')), 'CDB_REDIS_REFUSED')
  assert.equal(codeOf(withCode('CERT_HAS_EXPIRED')), 'CDB_REDIS_REFUSED')
  assert.equal(codeOf(withCode('ERR_TLS_CERT_ALTNAME_INVALID')), 'CDB_REDIS_REFUSED')
  assert.equal(codeOf(withCode('ECONNREFUSED')), 'CDB_REDIS_UNREACHABLE')
  assert.equal(codeOf(new Error('Command timed out')), 'CDB_REDIS_UNREACHABLE')
})

test('why the connection is down tells more than that it is', () => {
  const down = new Error("Stream isn't writeable and enableOfflineQueue options is false")
  assert.equal(redisError(down, reply('WRONGPASS no')).code, 'CDB_REDIS_REFUSED')
  assert.equal(redisError(down).code, 'CDB_REDIS_UNREACHABLE')
  assert.equal(redisError(reply('OOM full'), reply('WRONGPASS no')).code, 'CDB_REDIS_FULL')
})

test('an operating error stays as it is, and what is thrown without words is named', () => {
  const known = new CdbError('CDB_FENCED', 'old')
  assert.equal(redisError(known), known)
  const silent = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })
  assert.match(redisError(silent).message, /ECONNREFUSED/)
  assert.equal(redisError('odd').code, 'CDB_REDIS_UNREACHABLE')
  assert.equal(isReply(reply('ERR')), true)
  assert.equal(isReply(new Error('ERR')), false)
})
