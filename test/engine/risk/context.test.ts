import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { money } from '../../../src/domain/decimal.ts'
import type { TradingEvent } from '../../../src/domain/event.ts'
import { orderTypes } from '../../../src/domain/order.ts'
import { parseParams } from '../../../src/domain/param.ts'
import { createEngine } from '../../../src/engine/engine.ts'
import { takerFeeOf } from '../../../src/engine/paper-venue/paper-venue.ts'
import { createRisk } from '../../../src/engine/risk.ts'
import type { RiskConfig, RiskStep } from '../../../src/engine/risk.ts'
import { createSimulatedMarket } from '../../../src/engine/simulated-market.ts'
import { momentum } from '../../../src/engine/strategies/momentum.ts'
import { bitcoin, configOf, START_MS } from '../scenario.ts'

const config = {
  ...configOf({ strategy: momentum, limits: { 'C16.losses': '1000' }, operatorMs: 60_000 }),
  params: parseParams('momentum', momentum.params, { lookback: '30s', threshold: '0.02' }),
}
const riskConfig: RiskConfig = {
  ...config,
  instruments: [bitcoin],
  permissions: [
    { strategy: 'momentum', instrument: bitcoin.id, account: 'paper', types: orderTypes, short: false },
  ],
  takerFee: takerFeeOf(config.venue),
}
/** Everything that risk is fed over half an hour of a simulated market. */
const fed: TradingEvent[] = []

const isOfRisk = (event: TradingEvent): boolean =>
  ['approved', 'denied', 'cancelRequested', 'alert'].includes(event.kind) ||
  (event.kind === 'command' && event.actor === 'risk')

before(() => {
  const market = createSimulatedMarket({ instrument: bitcoin, seed: 3, startMs: START_MS })
  const engine = createEngine(config, ({ event }) => {
    if (!isOfRisk(event)) fed.push(event)
  })
  for (let count = 0; count < 30_000; count++) engine.onMarket(market.next())
})

const stepAll = (risk: RiskStep, events: readonly TradingEvent[]) => events.map((event) => risk.step(event))

test('a step that goes on from a saved state says and knows what the first would', () => {
  const fills = fed.filter(({ kind }) => kind === 'filled').length
  assert(fills >= 10, `only ${fills} fills`)
  const whole = createRisk(riskConfig)
  const said = stepAll(whole, fed)
  for (let cut = 7; cut < fed.length; cut += Math.ceil(fed.length / 17)) {
    const first = createRisk(riskConfig)
    stepAll(first, fed.slice(0, cut))
    const second = createRisk(riskConfig, first.save())
    assert.deepEqual(stepAll(second, fed.slice(cut)), said.slice(cut), `cut at ${cut}`)
    assert.equal(second.save(), whole.save(), `cut at ${cut}`)
  }
})

test('the cash of the configuration is not taken twice', () => {
  const saved = createRisk(riskConfig).save()
  assert.equal(createRisk({ ...riskConfig, cash: money('1') }, saved).portfolio.cash, config.cash)
})
