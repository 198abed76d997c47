import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { failsWith, inFolder, readContent, readEvents, tradeFrame } from './scratch.ts'

test('a gzip truncated at any byte is an error', async () => {
  const whole = gzipSync(`${tradeFrame(1)}\n${tradeFrame(2)}\n`)
  assert.equal((await readContent('x.gz', whole)).events.length, 2)
  for (let length = 2; length < whole.length; length++) {
    await failsWith(readContent('x.gz', whole.subarray(0, length)), 'CDB_FILE_CORRUPT', /x\.gz/)
  }
})

test('bytes behind a gzip that are not gzip are an error, further members are read', async () => {
  const [first, second] = [gzipSync(`${tradeFrame(1)}\n`), gzipSync(`${tradeFrame(2)}\n`)]
  assert.equal((await readContent('x.gz', Buffer.concat([first, second]))).events.length, 2)
  second[0] = 0
  await failsWith(readContent('x.gz', Buffer.concat([first, second])), 'CDB_FILE_CORRUPT', /not gzip/)
})

test('a pipe is refused at once, not waited for', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    await failsWith(readEvents([path]), 'CDB_FILE_UNREADABLE', /is not a regular file/)
  })
})
