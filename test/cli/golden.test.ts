import { test } from 'node:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { commands } from '../../src/cli/cdb.ts'
import { assertGolden, runCaptured, transcript } from './run-cli.ts'
import { writeStrategy, writeTrades } from './sample-files.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

/* What a person reads, kept word by word: help, lists and the message of every bad input. */

for (const argv of [
  ['--help'],
  ...Object.keys(commands).map((name) => [name, '--help']),
  ['strategies'],
  ['strategies', 'momentum', '--json'],
  ['controls'],
  ['controls', 'C05', '--limit', 'C05.share=0.02', '--json'],
]) {
  const name = argv
    .join(' ')
    .replaceAll('--', '')
    .replaceAll(/[^\w ]/g, '_')
    .trim()
    .replaceAll(' ', '-')
  test(`cdb ${argv.join(' ')} prints what its golden file holds`, async () => {
    assertGolden(`${name}.txt`, transcript(argv, await runCaptured(argv)))
  })
}

test('cdb version prints the version of the package and of Node.js', async () => {
  const argv = ['version']
  const { stdout, ...rest } = await runCaptured(argv)
  const text = stdout.replace(process.versions.node, 'NODE')
  assertGolden('version.txt', transcript(argv, { ...rest, stdout: text }))
})

for (const [name, argv] of [
  ['no-command', ['backtset']],
  ['unknown-option', ['backtest', '--strategie', 'momentum']],
  ['no-file', ['backtest']],
  ['unknown-strategy-name', ['strategies', 'momentun']],
  ['unknown-control', ['controls', 'C99']],
  ['unknown-limit', ['controls', '--limit', 'C05.shares=1']],
  ['limit-out-of-bounds', ['controls', '--limit', 'C05.share=7']],
  ['bad-seed', ['backtest', 'x.csv', '--seed', 'lucky']],
  ['bad-cash', ['backtest', 'x.csv', '--cash', '1e5']],
  ['no-cash', ['backtest', 'x.csv', '--cash', '0']],
  ['bad-time', ['backtest', 'x.csv', '--from', 'yesterday']],
  ['bad-range', ['backtest', 'x.csv', '--from', '2024-01-02', '--to', '2024-01-01']],
  ['bad-grid', ['backtest', 'x.csv', '--grid', 'lookback']],
  ['bad-sort', ['backtest', 'x.csv', '--grid', 'lookback=1m', '--sort', 'luck']],
  ['bad-folds', ['backtest', 'x.csv', '--walk-forward', '0']],
  ['html-of-a-grid', ['backtest', 'x.csv', '--grid', 'lookback=1m', '--html', 'out.html']],
] as const) {
  test(`usage error ${name} is told as its golden file holds`, async () => {
    assertGolden(`usage/${name}.txt`, transcript(argv, await runCaptured(argv)))
  })
}

const ROWS = 400
const btc = ['--instrument', 'BTCUSDT.BINANCE']

/** Bad input by name: a command line, with the files that it names written into the folder. */
const badInputs: Readonly<Record<string, (folder: string) => readonly string[]>> = {
  'missing-file': (folder) => [join(folder, 'nowhere.csv')],
  directory(folder) {
    mkdirSync(join(folder, 'sub'))
    return [join(folder, 'sub')]
  },
  'empty-file'(folder) {
    writeFileSync(join(folder, 'empty.csv'), '')
    return [join(folder, 'empty.csv'), ...btc]
  },
  'truncated-gzip'(folder) {
    const whole = gzipSync(
      Buffer.from('id,time,price,quantity,side\n1,1704067200000,50000,1,buy\n'.repeat(200)),
    )
    writeFileSync(join(folder, 'cut.csv.gz'), whole.subarray(0, whole.length - 20))
    return [join(folder, 'cut.csv.gz'), ...btc]
  },
  'unknown-format'(folder) {
    writeFileSync(join(folder, 'poem.txt'), 'Roses are red\nViolets are blue\n')
    return [join(folder, 'poem.txt'), ...btc]
  },
  'wrong-instrument': (folder) => [writeTrades(folder, ROWS), '--instrument', 'bitcoin'],
  'no-instrument': (folder) => [writeTrades(folder, ROWS)],
  'unknown-strategy': (folder) => [writeTrades(folder, ROWS), ...btc, '--strategy', 'momentun'],
  'missing-strategy-file': (folder) => [
    writeTrades(folder, ROWS),
    ...btc,
    '--strategy',
    join(folder, 'no.ts'),
  ],
  'unknown-parameter': (folder) => [writeTrades(folder, ROWS), ...btc, '--param', 'lookbak=1m'],
  'parameter-not-of-its-type': (folder) => [writeTrades(folder, ROWS), ...btc, '--param', 'lookback=soon'],
  'parameter-out-of-bounds': (folder) => [writeTrades(folder, ROWS), ...btc, '--param', 'threshold=1000'],
  'grid-parameter-unknown': (folder) => [writeTrades(folder, ROWS), ...btc, '--grid', 'lookback=1m', 'x=1,2'],
  'throwing-strategy': (folder) => [
    ...[writeTrades(folder, ROWS), ...btc, '--strategy'],
    writeStrategy(folder, `if (trade.tradeId === 7) throw new RangeError('seven')`),
  ],
  'strategy-with-a-strange-wish': (folder) => [
    ...[writeTrades(folder, ROWS), ...btc, '--strategy', writeStrategy(folder, `return 'buy'`)],
  ],
  'page-into-no-folder': (folder) => [
    writeTrades(folder, ROWS),
    ...btc,
    '--html',
    join(folder, 'no', 'out.html'),
  ],
}

for (const [name, write] of Object.entries(badInputs)) {
  test(`bad input ${name} ends with a message and an exit code as its golden file holds`, async () => {
    await inTemporaryFolder(async (folder) => {
      const argv = ['backtest', ...write(folder)]
      assertGolden(`bad-input/${name}.txt`, transcript(argv, await runCaptured(argv), folder))
    })
  })
}
