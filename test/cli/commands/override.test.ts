import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { exitCodes } from '../../../src/cli/command.ts'
import { startAccountDatabase } from '../account-database.ts'

const account = await startAccountDatabase()
after(() => account.remove())

const SLOT = 'momentum/paper/BTCUSDT.SIM/t1'
const argv = ['override', SLOT, '--reason', 'seen', '--actor', 'ada', '--approver', 'bob', '--json']

test('without risk the command stands on the log, unanswered', async () => {
  const { code, stdout } = await account.cdb(...argv)
  assert.equal(code, exitCodes.ok)
  const { answer, seq } = JSON.parse(stdout) as Readonly<{ answer: string | null; seq: number }>
  assert.equal(answer, null)
  const [entry] = await account.log.read(seq - 1, 1)
  assert(entry?.event.kind === 'command')
  assert.deepEqual(
    [entry.event.action, entry.event.subject, entry.event.actor, entry.event.approver],
    ['override', SLOT, 'ada', 'bob'],
  )
})

test('a decision that was not denied is not let through', async () => {
  const risk = await account.startRisk()
  try {
    const { code, stdout } = await account.cdb(...argv)
    assert.equal(code, exitCodes.failed)
    assert.match(stdout, /"answer":"COMMAND_REFUSED"/)
  } finally {
    risk.stop()
    assert.equal(await risk.code, exitCodes.ok)
  }
})

test('a slot and a second person are required', async () => {
  assert.equal((await account.cdb('override', '--reason', 'x', '--approver', 'bob')).code, exitCodes.usage)
  assert.equal((await account.cdb('override', SLOT, '--reason', 'x')).code, exitCodes.usage)
})
