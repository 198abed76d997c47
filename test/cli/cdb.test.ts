import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { commands } from '../../src/cli/cdb.ts'
import { exitCodes } from '../../src/cli/command.ts'
import { runCaptured } from './run-cli.ts'

test('the overview names every command with what it does', async () => {
  const { code, stdout, stderr } = await runCaptured([])
  assert.deepEqual([code, stderr], [exitCodes.ok, ''])
  for (const [name, { summary }] of Object.entries(commands)) {
    assert.ok(
      stdout.split('\n').some((line) => line.trim().startsWith(`${name} `) && line.endsWith(summary)),
      name,
    )
  }
  for (const argv of [['help'], ['--help'], ['-h']])
    assert.deepEqual(await runCaptured(argv), { code, stdout, stderr })
})

test('help is asked for in two ways, wherever the option stands', async () => {
  const { code, stdout } = await runCaptured(['version', '--help'])
  assert.equal(code, exitCodes.ok)
  assert.match(stdout, /^Usage: cdb version/)
  assert.equal((await runCaptured(['version', '--json', '-h'])).stdout, stdout)
})

test('every command has the name it is called by, its summary, and examples', async () => {
  for (const [name, { load, summary }] of Object.entries(commands)) {
    const command = await load()
    assert.deepEqual([command.name, command.summary], [name, summary])
    assert.match(command.help, new RegExp(`^Usage: cdb ${name}[^]*\\nExamples:\\n {2}cdb ${name}`))
    assert.ok(command.help.endsWith('\n'))
  }
})

test('an unknown command is wrong usage, also one that every object has', async () => {
  for (const name of ['bakctest', 'constructor', '__proto__', '']) {
    const { code, stdout, stderr } = await runCaptured([name])
    assert.deepEqual([code, stdout], [exitCodes.usage, ''])
    assert.equal(stderr, `cdb: CDB_USAGE: there is no command "${name}"\n  mend: see: cdb --help\n`)
  }
})

test('an unknown option is wrong usage and names the help', async () => {
  const { code, stdout, stderr } = await runCaptured(['version', '--speed', '3'])
  assert.deepEqual([code, stdout], [exitCodes.usage, ''])
  assert.match(stderr, /^cdb: CDB_USAGE: Unknown option '--speed'\n {2}mend: see: cdb version --help\n$/)
})

test('an operating error is one line with its code, and one that mends it', async () => {
  const { code, stdout, stderr } = await runCaptured(['inspect', 'no-such-file.arrow'])
  assert.deepEqual([code, stdout], [exitCodes.failed, ''])
  assert.match(stderr, /^cdb: CDB_FILE_MISSING: .*no-such-file\.arrow.*\n(?: {2}mend: .+\n)?$/)
})

test('--version is the command version', async () => {
  assert.deepEqual(await runCaptured(['--version']), await runCaptured(['version']))
})

test('as a process it ends with the code and keeps data and words apart', () => {
  const entry = fileURLToPath(new URL('../../src/cli/cdb.ts', import.meta.url))
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [entry, ...args], { encoding: 'utf8', stdio: 'pipe' })
  assert.match(run('version', '--json'), /^\{"version":"\d+\.\d+\.\d+","node":"24\./)
  assert.throws(() => run('no-such-command'), { status: exitCodes.usage, stdout: '' })
})
