import type { ReportInput } from '../../../src/adapters/report/html.ts'
import { runBacktest } from '../../../src/engine/backtest.ts'
import { summarize } from '../../../src/engine/run-summary.ts'
import { createTapeSourceOf } from '../../cli/trade-source.ts'
import { bitcoin, configOf, enterLong, exitLong, scripted, START_MS, tradeAt } from '../../engine/scenario.ts'

/** Text that would run, end an element or open a comment if it were put into a page as it is. */
export const HOSTILE = `</script><script>alert("1")</script><!-- ' & <img src=x onerror=alert(2)>`

/** A run with a denial, a round trip, a gap and a position at the end, whose reasons are hostile. */
export async function sampleReport(): Promise<ReportInput> {
  const strategy = scripted({
    5: exitLong,
    10: { ...enterLong, reason: HOSTILE },
    60: exitLong,
    120: enterLong,
  })
  const config = configOf({ strategy })
  const trades = Array.from({ length: 200 }, (_, index) => tradeAt(index + 1, index * 500, 50_000 + index))
  const gap = { kind: 'gap', eventMs: START_MS + 200_000, gapMs: 60_000 } as const
  const source = createTapeSourceOf([...trades, gap])
  const { engine, tally } = await runBacktest(config, source, { keptMax: 100 })
  return {
    summary: summarize({ tally, engine, config, elapsedMs: 10 }),
    instrument: bitcoin,
    tally,
    prices: trades.map(({ eventMs, price }) => ({ atMs: eventMs, value: price })),
    commandLine: `cdb backtest 'a <b>.csv'`,
    settings: [
      ['strategy', 'scripted'],
      ['note', HOSTILE],
    ],
  }
}
