import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodes } from '../../../src/cli/command.ts'
import type { ParamSpec } from '../../../src/domain/param.ts'
import { strategies } from '../../../src/engine/strategies.ts'
import { runCaptured } from '../run-cli.ts'

type Listed = Readonly<{ name: string; description: string; params: readonly ParamSpec[] }>

test('every built-in strategy is listed with all of its parameters', async () => {
  const run = await runCaptured(['strategies', '--json'])
  const listed = JSON.parse(run.stdout) as readonly Listed[]
  assert.deepEqual(
    listed.map(({ name, params }) => [name, params]),
    Object.values(strategies).map(({ name, params }) => [name, params]),
  )
})

test('the text names each parameter with its default', async () => {
  const { stdout } = await runCaptured(['strategies'])
  for (const { name, params } of Object.values(strategies)) {
    assert(stdout.includes(`${name}\n`))
    for (const spec of params) assert.match(stdout, new RegExp(`\\b${spec.name} +${spec.default}\\b`))
  }
})

test('one name lists one strategy, more than one is wrong usage', async () => {
  const one = await runCaptured(['strategies', 'breakout'])
  assert(one.stdout.startsWith('breakout\n') && !one.stdout.includes('momentum\n'))
  assert.equal((await runCaptured(['strategies', 'breakout', 'momentum'])).code, exitCodes.usage)
})
