import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { realData, realDataTest } from '../../real-data.ts'
import { inFolder, tradeFrame } from '../../adapters/recording/scratch.ts'
import { runCaptured } from '../run-cli.ts'

realDataTest('inspect tells what is in the recorded frames', async () => {
  const { code, stdout, stderr } = await runCaptured([
    'inspect',
    realData('binance-spot-btcusdt-2024-08-08.ws.gz'),
    '--json',
  ])
  assert.deepEqual([code, stderr], [0, ''])
  const report = JSON.parse(stdout) as Record<string, unknown>
  assert.equal(report['instrument'], 'BTCUSDT.BINANCE')
  assert.equal(report['trades'], 9757)
  assert.equal(report['quotes'], 28_040)
  assert.equal(report['candles'], 0)
  assert.equal(report['firstMs'], 1_723_161_255_208)
  assert.equal(report['lastMs'], 1_723_161_601_271)
  assert.equal(report['priceMin'], '61583.22')
  assert.equal(report['priceMax'], '61860.8')
  assert.equal(report['gaps'], 0)
  assert.equal(report['badRows'], 0)
})

realDataTest('inspect reports the gap of 2018-04-04 to people', async () => {
  const days = ['04', '05'].map((day) => realData(`coinbase-minute-btcusd-201804${day}_trade.zip`))
  const { code, stdout } = await runCaptured(['inspect', ...days])
  assert.equal(code, 0)
  const lines = stdout.split('\n').slice(2)
  assert.deepEqual(lines, [
    'instrument BTCUSD.COINBASE',
    'trades     0',
    'candles    2,447',
    'from       2018-04-04 00:00:00',
    'to         2018-04-06 00:00:00 (2 d)',
    'prices     6568.64 to 7424.91',
    'gaps       2',
    'bad rows   0',
    '  2018-04-04 16:46:00 to 2018-04-04 16:47:00 (1 min)',
    '  2018-04-04 16:48:00 to 2018-04-05 00:00:00 (7 h 12 min)',
    '',
  ])
})

test('bad rows are listed on stderr, and the exit code says so', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.ws')
    await writeFile(path, `${tradeFrame(1)}\n${tradeFrame(1)}\n${tradeFrame(2, { price: 'NaN' })}\n`)
    const { code, stdout, stderr } = await runCaptured(['inspect', path, '--json'])
    assert.equal(code, 3)
    assert.equal(
      stderr,
      `2 bad rows were left out:\n${path}:2: duplicate of trade 1\n` +
        `${path}:3: price "NaN" is not plain decimal digits\n`,
    )
    const report = JSON.parse(stdout) as { badRows: number; badRowList: readonly { line: number }[] }
    assert.equal(report.badRows, 2)
    assert.deepEqual(
      report.badRowList.map(({ line }) => line),
      [2, 3],
    )
  })
})

test('inspect without a file is a usage error', async () => {
  const { code, stderr } = await runCaptured(['inspect'])
  assert.equal(code, 2)
  assert.match(stderr, /^cdb: CDB_USAGE: inspect takes one file or more/)
})
