import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readContent } from './scratch.ts'

const TRADES_CSV = '1,100.5,0.25,25.125,1700000000000,True,True\n'

test('of many bad rows twenty are kept and all are counted', async () => {
  const bad = Array.from({ length: 50 }, () => 'x,y,z,z,z,True,True')
  const { files } = await readContent('x.csv', `${TRADES_CSV}${bad.join('\n')}\n`, 'BTCUSDT.BINANCE')
  assert.equal(files.badRowCount(), 50)
  assert.equal(files.badRows.length, 20)
  assert.match(files.badRows[0]?.reason ?? '', /price "y" is not plain decimal digits/)
})
