import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readContent } from './scratch.ts'

const TRADES_CSV = '1,100.5,0.25,25.125,1700000000000,True,True\n2,100.6,1,100.6,1700000000010,False,True\n'

test('each bad field of a CSV says what is the matter', async () => {
  const rows = [
    '3,NaN,1,1,1700000000020,True,True',
    '3,Infinity,1,1,1700000000020,True,True',
    '3,1e5,1,1,1700000000020,True,True',
    `3,${'1'.repeat(60)},1,1,1700000000020,True,True`,
    '3,0,1,1,1700000000020,True,True',
    '3,1,-1,1,1700000000020,True,True',
    '3,1,0,1,1700000000020,True,True',
    '3,1,1,1,soon,True,True',
    'x,1,1,1,1700000000020,True,True',
    '3,1,1,1,1700000000020,Maybe,True',
    '3,1,1,1',
  ]
  const { files } = await readContent('x.csv', `${TRADES_CSV}${rows.join('\n')}\n`, 'BTCUSDT.BINANCE')
  assert.deepEqual(
    files.badRows.map(({ reason }) => reason),
    [
      'price "NaN" is not plain decimal digits',
      'price "Infinity" is not plain decimal digits',
      'price "1e5" is not plain decimal digits',
      `price ${'1'.repeat(60)} has more digits than a price or quantity can hold`,
      'price is zero',
      'quantity -1 is negative',
      'quantity is zero',
      'time "soon" cannot be read',
      'trade id "x" is not a whole number',
      '"Maybe" is no side',
      '4 fields instead of 7',
    ],
  )
})

test('candles that contradict themselves or each other are bad rows', async () => {
  const head = 'time,intervalMs,open,high,low,close,volume\n1700000000000,60000,1,3,0.5,2,10\n'
  const rows = [
    '1700000060000,60000,1,0.9,0.5,2,10',
    '1700000000000,60000,1,3,0.5,2,10',
    '1700000030000,60000,1,3,0.5,2,10',
    '1700000060000,0,1,3,0.5,2,10',
  ]
  const { files } = await readContent('x.csv', `${head}${rows.join('\n')}\n`, 'BTCUSDT.BINANCE')
  assert.deepEqual(
    files.badRows.map(({ reason }) => reason),
    [
      'high and low do not enclose open and close',
      'duplicate of the candle that closes at 1700000060000 ms',
      'out of order: candle opens at 1700000030000 ms, the last closed at 1700000060000 ms',
      'the candle does not close after it opens',
    ],
  )
})
