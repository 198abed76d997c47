import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { runCaptured } from '../run-cli.ts'

const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

test('the version is that of the package', async () => {
  const text = `cdb ${manifest.version} (Node.js ${process.versions.node})\n`
  assert.equal((await runCaptured(['version'])).stdout, text)
  assert.equal((await runCaptured(['--version'])).stdout, text)
})

test('as data it has both versions', async () => {
  const { stdout } = await runCaptured(['version', '--json'])
  assert.deepEqual(JSON.parse(stdout), { version: manifest.version, node: process.versions.node })
})
