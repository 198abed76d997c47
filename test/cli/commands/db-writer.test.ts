import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodes } from '../../../src/cli/command.ts'
import { runCaptured } from '../run-cli.ts'

test('cdb db-writer does not start without its addresses, and says what is missing', async () => {
  const { code, stderr } = await runCaptured(['db-writer'])
  assert.equal(code, exitCodes.usage)
  assert.match(stderr, /DATABASE_URL is not set\n {2}REDIS_URL is not set\n/)
})
