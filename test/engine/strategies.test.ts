import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatParam, parseParams } from '../../src/domain/param.ts'
import { createRandom } from '../../src/engine/random.ts'
import { strategies } from '../../src/engine/strategies.ts'
import type { Strategy, StrategyDefinition, Wish } from '../../src/engine/strategy.ts'

const start = (definition: StrategyDefinition, given: Record<string, string> = {}): Strategy =>
  definition.create(parseParams(definition.name, definition.params, given))

/** Wishes over a seeded walk of closes, an hour of minutes each with a gap in the midst. */
function wishesOf(strategy: Strategy, count: number): readonly Wish[] {
  const random = createRandom(7, 'walk')
  const wishes: Wish[] = []
  let close = 60_000
  for (let index = 1; index <= count; index++) {
    close = Math.round((close + (random() - 0.5) * 120) * 100) / 100
    if (index === count / 2) strategy.onGap?.(60_000)
    const candle = { open: close, high: close + 20, low: close - 20, close, volume: 5 }
    const wish = strategy.onCandle?.(
      { kind: 'candle', eventMs: index * 60_000, intervalMs: 60_000, ...candle },
      { regime: 'unknown' },
    )
    if (wish) wishes.push(wish)
  }
  return wishes
}

for (const [name, definition] of Object.entries(strategies)) {
  test(`${name} is listed under its name, in kebab-case, and says what each parameter means`, () => {
    assert.equal(definition.name, name)
    assert.match(name, /^[a-z]+(-[a-z]+)*$/)
    assert.match(definition.description, /\.$/)
    const values = parseParams(name, definition.params, {})
    for (const spec of definition.params) {
      assert.match(spec.meaning, /\.$/)
      assert.equal(formatParam(spec, values[spec.name] ?? ''), spec.default)
    }
  })

  test(`${name} wishes to enter and to exit by turns, with short the other way round too`, () => {
    for (const short of ['false', 'true']) {
      const wishes = wishesOf(start(definition, { short }), 2000)
      assert(wishes.length >= 4, `${wishes.length} wishes`)
      wishes.forEach((wish, index) => {
        assert.equal(wish.action, index % 2 === 0 ? 'enter' : 'exit')
        if (index % 2 === 1) assert.notEqual(wish.side, wishes[index - 1]?.side)
        assert(wish.reason.length > 0 && wish.reason.length <= 120)
      })
      const sides = new Set(wishes.filter(({ action }) => action === 'enter').map(({ side }) => side))
      assert.deepEqual([...sides].toSorted(), short === 'true' ? ['buy', 'sell'] : ['buy'])
    }
  })

  test(`${name} wishes the same on the same data, run after run`, () => {
    assert.deepEqual(wishesOf(start(definition), 500), wishesOf(start(definition), 500))
  })
}
