import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { runCaptured } from '../run-cli.ts'

const manifest = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as Readonly<{
  version: string
}>

test('the version is that of the package, and the runtime is told', async () => {
  const expected = `cdb ${manifest.version} (Node.js ${process.versions.node})\n`
  assert.deepEqual(await runCaptured(['version']), { code: 0, stdout: expected, stderr: '' })
})

test('as data it is one object', async () => {
  const { stdout } = await runCaptured(['version', '--json'])
  assert.deepEqual(JSON.parse(stdout), { version: manifest.version, node: process.versions.node })
})
