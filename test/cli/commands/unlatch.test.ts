import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { exitCodes } from '../../../src/cli/command.ts'
import { startAccountDatabase } from '../account-database.ts'

const account = await startAccountDatabase()
const risk = await account.startRisk()
after(async () => {
  risk.stop()
  await risk.code
  await account.remove()
})

test('what has not fallen is not lifted', async () => {
  const argv = ['unlatch', 'c16', '--scope', 'strategy:momentum', '--reason', 'looked at', '--json']
  const { code, stdout } = await account.cdb(...argv)
  assert.equal(code, exitCodes.failed)
  const { subject, answer } = JSON.parse(stdout) as Readonly<Record<string, unknown>>
  assert.deepEqual([subject, answer], ['C16', 'COMMAND_REFUSED'])
})

test('only a control that latches, in a scope that is named, is lifted', async () => {
  for (const argv of [
    ['C05', '--scope', 'global'],
    ['C16'],
    ['--scope', 'global'],
    ['C99', '--scope', 'global'],
  ]) {
    const { code } = await account.cdb('unlatch', ...argv, '--reason', 'x')
    assert.equal(code, exitCodes.usage, argv.join(' '))
  }
})
