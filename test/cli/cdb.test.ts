import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { exitCodes } from '../../src/cli/command.ts'
import { runCaptured } from './run-cli.ts'

const COMMAND_LINE = /^ {2}([a-z]+) {2,}(\S.*)$/gm

test('help is the same however it is asked for, and is data, not a complaint', async () => {
  const help = await runCaptured(['--help'])
  for (const argv of [[], ['help'], ['-h']]) assert.deepEqual(await runCaptured(argv), help)
  assert.deepEqual([help.code, help.stderr], [exitCodes.ok, ''])
})

test('every command of the overview has help with usage, the same summary and an example', async () => {
  const { stdout } = await runCaptured(['--help'])
  const commands = [...stdout.matchAll(COMMAND_LINE)]
  assert(commands.length >= 9)
  for (const [, name = ''] of commands) {
    const { code, stdout: help } = await runCaptured([name, '--help'])
    assert.equal(code, exitCodes.ok)
    assert(help.startsWith(`Usage: cdb ${name}`), name)
    assert.match(help, new RegExp(`\\nExamples:\\n(?: {2}cdb ${name}.*\\n)+$`), `${name} ends with examples`)
  }
})

test('names that every object has are no commands', async () => {
  for (const name of ['toString', '__proto__', 'constructor']) {
    assert.equal((await runCaptured([name])).code, exitCodes.usage)
  }
})

test('the process ends with the code, data on stdout and words on stderr', () => {
  const cdb = fileURLToPath(new URL('../../src/cli/cdb.ts', import.meta.url))
  const run = (...argv: string[]) => spawnSync(process.execPath, [cdb, ...argv], { encoding: 'utf8' })
  const bad = run('backtest', 'nowhere.csv')
  assert.deepEqual([bad.status, bad.stdout], [exitCodes.failed, ''])
  assert.match(bad.stderr, /^cdb: CDB_FILE_MISSING: nowhere\.csv is not there\n/)
  const good = run('--version')
  assert.deepEqual([good.status, good.stderr], [exitCodes.ok, ''])
})
