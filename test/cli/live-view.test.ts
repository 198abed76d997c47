import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { createLiveView, sparkline } from '../../src/cli/live-view.ts'
import type { LiveView } from '../../src/cli/live-view.ts'
import { money } from '../../src/domain/decimal.ts'
import { addPoint, createCurve } from '../../src/engine/curve.ts'
import { createTally, tallyEntry, tallyMarket } from '../../src/engine/tally.ts'
import { bitcoin, createScenario, enterLong, exitLong, scripted, tradeAt } from '../engine/scenario.ts'

const strategy = scripted({ 5: exitLong, 10: enterLong })
const tape = Array.from({ length: 40 }, (_, index) => tradeAt(index + 1, index * 1_000, 50_000 + index))

/** What a view writes over a run, with the view for more. */
function watched(isTTY: boolean): Readonly<{ view: LiveView; written(): string; show(): void }> {
  let text = ''
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString('utf8')
      done()
    },
  })
  const tally = createTally({ instrument: bitcoin, equityStart: money('10000') })
  const view = createLiveView({ stderr, isTTY, tally, speed: '60x', keys: 'keys: h halt' })
  const { engine, entries } = createScenario({ strategy })
  for (const event of tape) {
    engine.onMarket(event)
    tallyMarket(tally, event)
    view.onMarket(event)
  }
  for (const entry of entries) tallyEntry(tally, entry)
  const show = (): void => {
    view.onCommitted(entries, engine)
  }
  return { view, written: () => stripVTControlCharacters(text), show }
}

test('without a terminal every decision is a line', () => {
  const { view, written, show } = watched(false)
  view.say('cdb: hello')
  show()
  view.end()
  const lines = written().trimEnd().split('\n')
  assert.equal(lines[0], 'cdb: hello')
  for (const word of ['signal', 'denied', 'order', 'fill']) {
    assert(
      lines.some((line) => new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} ${word} `).test(line)),
      `${word}: ${written()}`,
    )
  }
})

test('a market too fast to follow is cut to 25 lines a second', () => {
  const { written, show } = watched(false)
  for (let times = 0; times < 20; times++) show()
  assert.equal(written().trimEnd().split('\n').length, 25)
})

test('a terminal shows market, books, open orders, the newest decisions and the keys', () => {
  const { view, written, show } = watched(true)
  view.say('cdb: hello')
  show()
  view.end()
  const text = written()
  for (const part of [
    'BTCUSDT.BINANCE  50039',
    'speed 60x',
    'equity ',
    'open orders: ',
    'fill',
    'cdb: hello',
  ]) {
    assert(text.includes(part), `${part}: ${text}`)
  }
  assert(text.includes('trades 40  signals 2'), text)
  assert(text.includes('keys: h halt'))
  assert.doesNotMatch(text, /undefined|\[object|NaN/)
})

test('a sparkline is as high as its value, flat where equity did not move', () => {
  const curveOf = (values: readonly number[]): Parameters<typeof sparkline>[0] => {
    const equityCurve = createCurve(400)
    for (const [index, value] of values.entries()) addPoint(equityCurve, index * 10, value)
    return { equityCurve }
  }
  assert.equal(sparkline(curveOf([1, 2, 3])), '▁▄█')
  assert.equal(sparkline(curveOf([5, 5])), '▁▁')
  assert.equal(sparkline(curveOf([])), '')
  assert.equal(sparkline(curveOf(Array.from({ length: 90 }, (_, index) => index))).length, 48)
})
