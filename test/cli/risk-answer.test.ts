import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { parseCliArgs } from '../../src/cli/command.ts'
import { exitCodes } from '../../src/cli/command.ts'
import { limits } from '../../src/cli/commands/limits.ts'
import { sendJudged } from '../../src/cli/risk-answer.ts'
import { startAccountDatabase } from './account-database.ts'
import { capturedTerminal } from './captured-terminal.ts'

const account = await startAccountDatabase()
const risk = await account.startRisk()
after(async () => {
  risk.stop()
  await risk.code
  await account.remove()
})

test('what risk says is printed, and a refusal is a failure', async () => {
  for (const [value, answer, code] of [
    ['4', 'LIMIT_CHANGED', exitCodes.ok],
    ['400', 'COMMAND_REFUSED', exitCodes.failed],
  ] as const) {
    const { terminal, stdout } = capturedTerminal()
    const order = {
      action: 'setLimit',
      ...{ scope: 'global', actor: 'ada', reason: 'test', subject: 'C12.accountMax', value },
    } as const
    const judged = { command: 'limits', order, silence: 'nothing' }
    assert.equal(await sendJudged(terminal, parseCliArgs(limits, ['--json']), judged), code)
    const { answer: said, subject } = JSON.parse(stdout()) as Readonly<Record<string, unknown>>
    assert.deepEqual([said, subject], [answer, 'C12.accountMax'])
  }
})
