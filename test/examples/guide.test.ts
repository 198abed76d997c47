import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { parseParams } from '../../src/domain/param.ts'
import type { StrategyDefinition } from '../../src/engine/strategy.ts'

const guide = readFileSync(new URL('../../docs/guides/write-a-strategy.md', import.meta.url), 'utf8')

test('the strategy that the guide prints runs as it is, in a folder of its own', async () => {
  const [, source] = /```ts\n(import[^]*?)```/.exec(guide) ?? []
  assert(source !== undefined, 'the guide prints a strategy')
  const folder = mkdtempSync(join(tmpdir(), 'guide-'))
  try {
    const file = join(folder, 'mine.ts')
    writeFileSync(file, source)
    const module = (await import(pathToFileURL(file).href)) as { default: StrategyDefinition }
    const { name, params, create } = module.default
    const strategy = create(parseParams(name, params, { drop: '1' }))
    const actions = [100, 98.9, 98, 99, 99.5].map((close, index) => {
      const eventMs = (index + 1) * 60_000
      const candle = { eventMs, intervalMs: 60_000, open: close, high: close, low: close, close, volume: 1 }
      return strategy.onCandle?.({ kind: 'candle', ...candle }, { regime: 'unknown' })?.action ?? null
    })
    assert.deepEqual(actions, [null, 'enter', null, 'exit', null])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
