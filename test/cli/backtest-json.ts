import assert from 'node:assert/strict'
import type { RunSummary } from '../../src/engine/run-summary.ts'
import { exitCodes } from '../../src/cli/command.ts'
import { runCaptured } from './run-cli.ts'

export type BacktestJson = RunSummary & Readonly<{ badRows: number; gapList: readonly unknown[] }>

export const btc = ['--instrument', 'BTCUSDT.BINANCE']

/** What `cdb backtest ... --json` prints. */
export async function jsonOf(argv: readonly string[]): Promise<unknown> {
  const run = await runCaptured(['backtest', ...argv, ...btc, '--json'])
  assert.equal(run.code, exitCodes.ok, run.stderr)
  return JSON.parse(run.stdout)
}

/** What may differ between two runs of the same are the clock's figures. */
export const withoutSpeed = (summary: BacktestJson): BacktestJson => ({
  ...summary,
  ...{ elapsedMs: 0, tradesPerSecond: 0, eventsPerSecond: 0 },
})
