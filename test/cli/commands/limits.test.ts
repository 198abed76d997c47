import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { exitCodes } from '../../../src/cli/command.ts'
import { limitKeys } from '../../../src/engine/controls.ts'
import { startAccountDatabase } from '../account-database.ts'

const account = await startAccountDatabase()
const risk = await account.startRisk()
after(async () => {
  risk.stop()
  await risk.code
  await account.remove()
})

type Limit = Readonly<{ key: string; value: string; unit: string; seq: number }>
const listed = async (): Promise<readonly Limit[]> =>
  JSON.parse((await account.cdb('limits', '--json')).stdout) as readonly Limit[]
const valueOf = async (key: string): Promise<string | undefined> =>
  (await listed()).find((limit) => limit.key === key)?.value

test('every limit is listed with its value, in the order of the controls', async () => {
  assert.deepEqual(
    (await listed()).map(({ key }) => key),
    limitKeys,
  )
  const { stdout } = await account.cdb('limits')
  assert.match(stdout, /^C12\.accountMax +50 /m)
})

test('one person tightens a limit at once, and risk confirms it', async () => {
  const { code, stdout } = await account.cdb('limits', 'set', 'C12.accountMax=5', '--reason', 'thin market')
  assert.equal(code, exitCodes.ok)
  assert.match(stdout, /^entry \d+: LIMIT_CHANGED: C12\.accountMax 50 -> 5 /)
  assert.equal(await valueOf('C12.accountMax'), '5')
})

test('to loosen one takes a second person', async () => {
  const argv = ['limits', 'set', 'C12.accountMax=6', '--reason', 'calm', '--actor', 'ada']
  for (const approver of [[], ['--approver', 'ada']]) {
    const { code, stdout } = await account.cdb(...argv, ...approver, '--json')
    assert.equal(code, exitCodes.failed)
    assert.equal((JSON.parse(stdout) as Readonly<{ answer: string }>).answer, 'COMMAND_REFUSED')
  }
  assert.equal(await valueOf('C12.accountMax'), '5')
  assert.equal((await account.cdb(...argv, '--approver', 'bob')).code, exitCodes.ok)
  assert.equal(await valueOf('C12.accountMax'), '6')
})

test('what is no limit, no value or out of bounds writes nothing', async () => {
  const head = await account.log.headSeq()
  for (const argv of [
    ['set', 'C99.x=1', '--reason', 'x'],
    ['set', 'C12.accountMax', '--reason', 'x'],
    ['set', 'C12.accountMax=many', '--reason', 'x'],
    ['set', 'C12.accountMax=5'],
    ['set'],
    ['unset', 'C12.accountMax'],
  ]) {
    assert.notEqual((await account.cdb('limits', ...argv)).code, exitCodes.ok, argv.join(' '))
  }
  assert.equal(await account.log.headSeq(), head)
})
