import type { RunSettings } from '../../src/cli/run-settings.ts'
import { instrumentOf } from '../../src/domain/instruments.ts'
import type { TapeColumns } from '../../src/engine/tape.ts'
import { SAMPLE_MS } from './sample-files.ts'

export const instrument = instrumentOf('BTCUSDT.BINANCE')

/** Trades whose price swings, two a second, in shared memory. */
export function swingingColumns(rows: number): TapeColumns {
  const shared = (): Float64Array =>
    new Float64Array(new SharedArrayBuffer(rows * Float64Array.BYTES_PER_ELEMENT))
  const [eventMs, price, quantity] = [shared(), shared(), shared()]
  for (let row = 0; row < rows; row++) {
    eventMs[row] = SAMPLE_MS + row * 500
    price[row] = Math.round(5_000_000 + 50_000 * Math.sin(row / 400)) / 100
    quantity[row] = 0.5
  }
  const none = { kind: null, receivedMs: null, tradeId: null, side: null, intervalMs: null }
  const noQuotes = { bidPrice: null, bidQuantity: null, askPrice: null, askQuantity: null }
  return { eventMs, price, quantity, ...none, ...noQuotes, open: null, high: null, low: null }
}

export const settingsOf = (given: Partial<RunSettings>): RunSettings => ({
  ...{ strategy: 'momentum', params: {}, limits: {}, sizing: {}, venue: {}, regime: {} },
  ...{ cash: '10000', seed: 1, short: false, operator: null },
  ...given,
})

export const WHOLE = { fromMs: -Infinity, toMs: Infinity } as const
