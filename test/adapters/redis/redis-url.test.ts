import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  parseRedisUrl,
  readRedisAuthority,
  readRedisPassword,
} from '../../../src/adapters/redis/redis-url.ts'
import { inFolder } from '../recording/scratch.ts'
import { settingsOf } from './redis-client.ts'

const invalid = { code: 'CDB_CONFIG_INVALID' }

test('an address has host, port, database, user and TLS', () => {
  assert.deepEqual(parseRedisUrl(settingsOf('redis://h')), {
    ...{ host: 'h', port: 6379, database: 0, username: '', tls: false },
  })
  assert.deepEqual(parseRedisUrl(settingsOf('rediss://db-writer:p%40ss@[::1]:7000/3')), {
    ...{ host: '::1', port: 7000, database: 3, username: 'db-writer', tls: true },
  })
})

test('an address that cannot be used is refused without repeating it', () => {
  const bad = ['', 'localhost:6379', 'http://u:secret@h', 'redis://', 'redis://u:secret@h/x', 'redis:secret']
  for (const url of bad) {
    assert.throws(
      () => parseRedisUrl(settingsOf(url)),
      (error) => {
        assert(error instanceof Error && !error.message.includes('secret'), url)
        assert.equal('code' in error && error.code, 'CDB_CONFIG_INVALID')
        return true
      },
    )
  }
})

test('an authority without TLS and two passwords are refused', () => {
  assert.throws(() => parseRedisUrl(settingsOf('redis://h', { caFile: '/ca' })), invalid)
  assert.throws(() => parseRedisUrl(settingsOf('redis://u:p@h', { passwordFile: '/p' })), invalid)
})

test('secrets are read as they are now', async () => {
  await inFolder((folder) => {
    const passwordFile = join(folder, 'password')
    const settings = settingsOf('redis://u@h', { passwordFile })
    assert.throws(() => readRedisPassword(settings), invalid)
    writeFileSync(passwordFile, 'one\n')
    assert.equal(readRedisPassword(settings), 'one')
    writeFileSync(passwordFile, 'two\n')
    assert.equal(readRedisPassword(settings), 'two')
    return Promise.resolve()
  })
  assert.equal(readRedisPassword(settingsOf('redis://u:p%40ss@h')), 'p@ss')
  assert.equal(readRedisPassword(settingsOf('redis://h')), '')
  assert.equal(readRedisAuthority(settingsOf('rediss://h')), null)
  assert.throws(() => readRedisAuthority(settingsOf('rediss://h', { caFile: '/none' })), invalid)
})
