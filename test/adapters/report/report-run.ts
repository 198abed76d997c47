import type { ReportInput } from '../../../src/adapters/report/html.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { runBacktest } from '../../../src/engine/backtest.ts'
import { createCurve, pointsOf } from '../../../src/engine/curve.ts'
import { drawPrices } from '../../../src/engine/price-curve.ts'
import { summarize } from '../../../src/engine/run-summary.ts'
import { createTapeSourceOf } from '../../cli/trade-source.ts'
import { configOf, enterLong, exitLong, scripted, START_MS, tradeAt } from '../../engine/scenario.ts'

/** A run with a denial, a round trip, an open position and a gap, as a report takes it. */
export async function reportInput(): Promise<ReportInput> {
  const strategy = scripted({ 5: exitLong, 10: enterLong, 100: exitLong, 150: enterLong })
  const config = configOf({ strategy })
  const trades: readonly MarketEvent[] = Array.from({ length: 200 }, (_, index) =>
    tradeAt(index + 1, index * 1_000, 50_000 + 10 * index),
  )
  const gap: MarketEvent = { kind: 'gap', eventMs: START_MS + 200_000, gapMs: 1_000 }
  const prices = createCurve(4096)
  const source = drawPrices(createTapeSourceOf([...trades, gap]), prices)
  const { engine, tally } = await runBacktest(config, source, { keptMax: 100 })
  return {
    summary: summarize({ tally, engine, config, elapsedMs: 100 }),
    ...{ instrument: config.instrument, tally, prices: pointsOf(prices) },
    commandLine: 'cdb backtest "</script><b>.csv" --strategy scripted',
    settings: [
      ['cash', '10000 USDT'],
      ['note', '<img src=x> & more'],
    ],
  }
}
