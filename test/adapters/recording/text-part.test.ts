import { test } from 'node:test'
import { failsWith, readContent } from './scratch.ts'

test('a file without one row of use is an error with the first reason', async () => {
  await failsWith(
    readContent('x.csv', 'time,price,quantity\nsoon,1,1\n', 'BTCUSDT.BINANCE'),
    'CDB_ROWS_BAD',
    /x\.csv has no row that can be read; line 2: time "soon" cannot be read/,
  )
})
