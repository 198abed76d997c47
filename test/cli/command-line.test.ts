import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { commandLineOf } from '../../src/cli/command-line.ts'
import type { RunSettings } from '../../src/cli/run-settings.ts'

const settings: RunSettings = {
  ...{ strategy: './my strategy.ts', params: { lookback: '5m' }, limits: { 'C05.share': '0.02' } },
  ...{
    sizing: { entryShare: '0.1' },
    venue: {},
    regime: {},
    cash: '5000',
    seed: 7,
    short: true,
    operator: '1h',
  },
}

test('the command line has every setting of the run', () => {
  const text = commandLineOf('backtest', { paths: ['a.arrow'], settings, more: ['--from', '2024-01-01'] })
  assert.equal(
    text,
    `cdb backtest a.arrow --strategy './my strategy.ts' --param lookback=5m --limit C05.share=0.02 ` +
      '--sizing entryShare=0.1 --cash 5000 --seed 7 --short --operator 1h --from 2024-01-01',
  )
})

test('a shell reads the words as they were', () => {
  const paths = [`it's here.csv`, '$HOME', 'a;b', 'a"b']
  const line = commandLineOf('backtest', { paths, settings, more: [] }).replace(/^cdb /, `printf '%s\\n' `)
  const words = execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\n')
  assert.deepEqual(words.slice(1, 1 + paths.length), paths)
})
