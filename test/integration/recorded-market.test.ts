import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openMarketFiles } from '../../src/adapters/recording/open.ts'
import { add, money, negate, notional, subtract } from '../../src/domain/decimal.ts'
import type { Money } from '../../src/domain/decimal.ts'
import type { TradingEvent } from '../../src/domain/event.ts'
import { runBacktest } from '../../src/engine/backtest.ts'
import type { BacktestResult } from '../../src/engine/backtest.ts'
import { equityOf, positionOf, realizedPnlOf, unrealizedPnlOf } from '../../src/engine/portfolio.ts'
import { strategies } from '../../src/engine/strategies.ts'
import { configOf } from '../engine/scenario.ts'
import type { ScenarioOptions } from '../engine/scenario.ts'
import { realData, realDataTest } from '../real-data.ts'

const BINANCE = 'binance-spot-btcusdt-2024-08-08.ws.gz'
const MINUTES = [4, 5, 6].map((day) => `coinbase-minute-btcusd-2018040${day}_trade.zip`)
const DAILY = 'coinbase-daily-btcusd_trade.zip'

type Run = BacktestResult & Readonly<{ events: readonly TradingEvent[] }>

async function run(
  names: readonly string[],
  name: string,
  options: Partial<ScenarioOptions> = {},
): Promise<Run> {
  const strategy = strategies[name]
  assert.ok(strategy !== undefined)
  const files = await openMarketFiles(names.map(realData))
  const events: TradingEvent[] = []
  const config = { ...configOf({ strategy, ...options }), instrument: files.instrument }
  const result = await runBacktest(config, files, { onEntry: ({ event }) => events.push(event) })
  await files.close()
  return { ...result, events }
}

const kindsIn = (events: readonly TradingEvent[], kind: TradingEvent['kind']): readonly TradingEvent[] =>
  events.filter((event) => event.kind === kind)

/** Recomputes the books from the fills alone. */
function assertBooks({ engine, events }: Run): void {
  const { portfolio } = engine
  let cash = portfolio.cashStart
  let fees = money('0')
  let held = 0n
  let instrument
  for (const event of events) {
    if (event.kind !== 'filled') continue
    instrument = event.instrument
    const value = notional(event.price, event.quantity)
    held += event.side === 'buy' ? event.quantity : negate(event.quantity)
    cash = subtract(add(cash, event.side === 'buy' ? negate(value) : value), event.fee as Money)
    fees = add(fees, event.fee as Money)
  }
  assert.ok(instrument !== undefined, 'the run must trade to show anything')
  assert.equal(positionOf(portfolio, instrument).quantity, held)
  assert.equal(portfolio.cash, cash)
  assert.equal(portfolio.fees, fees)
  const parts = add(add(portfolio.cashStart, realizedPnlOf(portfolio)), unrealizedPnlOf(portfolio))
  assert.equal(equityOf(portfolio), subtract(parts, fees))
}

realDataTest(
  'momentum over recorded trades signals, orders, is denied and fills, and the books balance',
  async () => {
    const result = await run([BINANCE], 'momentum')
    for (const kind of ['signal', 'approved', 'denied', 'filled'] as const) {
      assert.ok(kindsIn(result.events, kind).length > 0, kind)
    }
    assert.equal(result.tally.market.trades, 9757)
    assertBooks(result)
  },
)

realDataTest('another seed moves what chance may move and nothing else', async () => {
  const venue = { latencyJitterMs: '200' }
  const first = await run([BINANCE], 'momentum', { seed: 1, venue })
  const again = await run([BINANCE], 'momentum', { seed: 1, venue })
  const other = await run([BINANCE], 'momentum', { seed: 2, venue })
  assert.equal(again.engine.journal.hash, first.engine.journal.hash)
  assert.notEqual(other.engine.journal.hash, first.engine.journal.hash)
  for (const kind of ['mark', 'signal'] as const) {
    assert.deepEqual(kindsIn(other.events, kind), kindsIn(first.events, kind))
  }
})

realDataTest('every strategy runs over minute and daily candles, and its books balance', async () => {
  for (const name of Object.keys(strategies)) {
    for (const files of [MINUTES, [DAILY]]) {
      const result = await run(files, name, { operatorMs: 86_400_000 })
      assert.ok(result.tally.market.candles > 1_000, name)
      assert.ok(kindsIn(result.events, 'signal').length > 0, `${name} signals`)
      assertBooks(result)
    }
  }
})

realDataTest('the gap of 2018-04-04 is reported, and no candle bridges it', async () => {
  const files = await openMarketFiles([realData(MINUTES[0] ?? '')])
  let candles = 0
  let gapMs = 0
  for (let batch = await files.read(4096); batch !== null; batch = await files.read(4096)) {
    for (let index = 0; index < batch.length; index++) {
      const event = batch.at(index)
      if (event?.kind === 'candle') candles += 1
      if (event?.kind === 'gap') gapMs += event.gapMs
    }
  }
  await files.close()
  assert.equal(candles, 1007)
  assert.ok(gapMs > 0 && gapMs <= (1440 - 1007) * 60_000)
})

const execute = promisify(execFile)

async function hashOf(args: readonly string[]): Promise<string> {
  const cli = join(import.meta.dirname, '../../src/cli/cdb.ts')
  const { stdout } = await execute(process.execPath, [cli, ...args, '--json'])
  return (JSON.parse(stdout) as Readonly<{ journalHash: string }>).journalHash
}

realDataTest('new processes, backtest and paper trading at any speed, write the same journal', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cdb-journal-'))
  try {
    const file = realData(BINANCE)
    const hash = await hashOf(['backtest', file])
    assert.equal(await hashOf(['backtest', file]), hash)
    const up = ['up', '--recording', file, '--speed']
    assert.equal(await hashOf([...up, 'max', '--data', join(folder, 'max')]), hash)
    assert.equal(await hashOf([...up, '100', '--data', join(folder, 'hundred')]), hash)
    const imported = join(folder, 'btcusdt.arrow')
    await execute(process.execPath, [
      join(import.meta.dirname, '../../src/cli/cdb.ts'),
      ...['import', file, '--out', imported],
    ])
    assert.equal(await hashOf(['backtest', imported]), hash)
  } finally {
    await rm(folder, { recursive: true })
  }
})
