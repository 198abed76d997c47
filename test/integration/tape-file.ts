import { writeFileSync } from 'node:fs'
import { instrumentOf } from '../../src/domain/instruments.ts'
import { createSimulatedMarket } from '../../src/engine/simulated-market.ts'

const START_MS = Date.UTC(2024, 0, 1)

/** Writes the trades of a simulated market as CSV, so that a run over a file has a known end. */
export function writeTrades(path: string, options: Readonly<{ seed: number; trades: number }>): void {
  const instrument = instrumentOf('BTCUSDT.BINANCE')
  const market = createSimulatedMarket({ instrument, seed: options.seed, startMs: START_MS })
  const lines = ['time,id,price,quantity,side']
  while (lines.length <= options.trades) {
    const event = market.next()
    if (event.kind !== 'trade') continue
    const { eventMs, tradeId, price, quantity, aggressor } = event
    lines.push(`${eventMs},${tradeId ?? ''},${price},${quantity},${aggressor ?? ''}`)
  }
  writeFileSync(path, `${lines.join('\n')}\n`)
}
