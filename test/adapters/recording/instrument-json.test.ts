import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeInstrument, encodeInstrument } from '../../../src/adapters/recording/instrument-json.ts'
import { instrumentOf } from '../../../src/domain/instruments.ts'

test('an instrument with its filters survives exactly', () => {
  for (const id of ['BTCUSDT.BINANCE', 'BTCUSD.COINBASE', 'ABCUSDT.SIM']) {
    assert.deepEqual(decodeInstrument(encodeInstrument(instrumentOf(id))), instrumentOf(id))
  }
})

test('amounts are decimal text, and a missing field is an error', () => {
  const text = encodeInstrument(instrumentOf('BTCUSDT.BINANCE'))
  const fields = JSON.parse(text) as Record<string, unknown>
  assert.equal(fields['tickSize'], '0.01')
  for (const name of Object.keys(fields)) {
    const rest = Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name))
    assert.throws(() => decodeInstrument(JSON.stringify(rest)), new RegExp(`instrument without ${name}`))
  }
})
