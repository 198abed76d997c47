import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../../bench/run.ts'), ...args], {
    encoding: 'utf8',
  })

test('a bench is run by its name, with its own options', () => {
  const { status, stdout } = run('recording', '--trades', '1000', '--megabytes', '0.1', '--json')
  assert.equal(status, 0)
  const result = JSON.parse(stdout) as Readonly<{ hash: string }>
  assert.match(result.hash, /^[0-9a-f]{16}$/)
})

test('without a name, or with one that is no bench, the benches are listed', () => {
  for (const args of [[], ['nothing'], ['synthetic'], ['../src/cli/cdb']]) {
    const { status, stderr } = run(...args)
    assert.equal(status, 2)
    assert.match(stderr, /Benches: backtest, latency, recording/)
  }
})
