import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { money, parseDecimal, price, quantity } from '../../src/domain/decimal.ts'
import type { Money, Quantity, Ratio } from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'
import { formatParam, parseParam } from '../../src/domain/param.ts'
import type { ParamValue, ParamValues } from '../../src/domain/param.ts'
import type { Control, LimitSpec, RiskFacts } from '../../src/engine/control.ts'
import { controls, limitKeys, limitSpecOf, parseLimits } from '../../src/engine/controls.ts'
import {
  approval,
  facts,
  held,
  limitOrder,
  limitsOf,
  mark,
  NOW_MS,
  open,
  order,
  stopOrder,
} from './controls/facts.ts'

const ids = controls.map(({ id }) => id)

test('the controls are there, in the order of their ids', () => {
  const wanted = [
    2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 27, 28, 29, 30,
  ]
  assert.deepEqual(
    ids,
    wanted.map((number) => `C${String(number).padStart(2, '0')}`),
  )
})

test('codes are unique and in capitals', () => {
  assert.equal(new Set(controls.map(({ code }) => code)).size, controls.length)
  for (const { code } of controls) assert.match(code, /^[A-Z]+(?:_[A-Z]+)*$/)
})

test('every control and limit says what it means', () => {
  for (const { id, title, meaning, params } of controls) {
    assert.match(title, /^[a-z]/, id)
    assert.match(meaning, /^[A-Z].{39,}\.$/, id)
    assert.equal(new Set(params.map(({ name }) => name)).size, params.length, id)
    for (const spec of params) {
      assert.match(spec.name, /^[a-z][A-Za-z]*$/)
      assert(spec.meaning.length > 15, `${id}.${spec.name}`)
      assert.notEqual(spec.unit === '', spec.type !== 'flag', `${id}.${spec.name} has a unit`)
    }
  }
})

test('defaults and bounds of every limit can be read and are in order', () => {
  for (const { id, params } of controls) {
    for (const spec of params) {
      const value = parseParam(id, spec, spec.default)
      assert.equal(parseParam(id, spec, formatParam(spec, value)), value)
      if (spec.type === 'flag') continue
      assert(parseParam(id, spec, spec.min) < parseParam(id, spec, spec.max), `${id}.${spec.name}`)
    }
  }
})

test('states, filters, numbers, doubts about the venue and the controls of people cannot be overridden', () => {
  const never = controls.filter(({ overridable }) => !overridable).map(({ id }) => id)
  assert.deepEqual(never, ['C02', 'C09', 'C19', 'C23', 'C24', 'C28', 'C29', 'C30'])
})

test('what latches watches too', () => {
  const latching = controls.filter(({ latch }) => latch !== null)
  assert.deepEqual(
    latching.map(({ id, latch }) => [id, latch]),
    [
      ['C16', 'strategy'],
      ['C17', 'instrument'],
      ['C22', 'instrument'],
    ],
  )
  for (const { watch } of latching) assert.notEqual(watch, undefined)
})

const verdicts = (request = order(), about = facts(), limits = parseLimits({})) =>
  controls.filter(({ id, check }) => check(request, about, limits[id] ?? {}) !== null).map(({ id }) => id)

test('an ordinary entry passes every control', () => {
  assert.deepEqual(verdicts(), [])
  assert.deepEqual(verdicts(limitOrder('49999')), [])
})

test('the protective orders of an ordinary entry pass every control', () => {
  const about = facts({
    position: held('0.001'),
    quantityFree: quantity('0.001'),
    increasesRisk: false,
    approvals: [approval({ eventMs: NOW_MS, quantity: quantity('0.001') })],
  })
  const takeProfit = {
    side: 'sell',
    purpose: 'takeProfit',
    reduceOnly: true,
    group: 'g',
    expiresMs: null,
  } as const
  assert.deepEqual(verdicts(stopOrder('49000'), about), [])
  assert.deepEqual(
    verdicts(limitOrder('52000', takeProfit), { ...about, openOrders: [open(stopOrder('49000'))] }),
    [],
  )
})

test('an order without any price known is denied by every control that needs one', () => {
  assert.deepEqual(verdicts(order(), facts({ mark: null })), [
    'C05',
    'C08',
    'C09',
    'C13',
    'C15',
    'C18',
    'C20',
  ])
})

test('limits are set by key, and the rest keep their defaults', () => {
  const limits = parseLimits({ 'C05.share': '0.02', 'C06.window': '30s', 'C06.share': '0.05' })
  assert.deepEqual(Object.keys(limits), ids)
  assert.deepEqual(limits['C05'], { share: parseDecimal('0.02') })
  assert.deepEqual(limits['C06'], { share: parseDecimal('0.05'), window: 30_000 })
  assert.deepEqual(limits['C07'], { share: parseDecimal('0.01'), cap: parseDecimal('1000') })
})

test('an unknown limit is named, with those there are', () => {
  for (const key of [
    'C99.share',
    'share',
    '',
    'C05',
    'C05.shares',
    'c05.share',
    'C05.share.x',
    '__proto__.x',
  ]) {
    assert.throws(
      () => parseLimits({ [key]: '1' }),
      (error) =>
        error instanceof CdbError && error.code === 'CDB_PARAM_UNKNOWN' && /C05\.share/.test(error.mend),
      key,
    )
    assert.equal(limitSpecOf(key), null)
  }
})

test('a limit out of bounds or not of its type is refused', () => {
  const code = (wanted: string) => (error: unknown) => error instanceof CdbError && error.code === wanted
  assert.throws(() => parseLimits({ 'C05.share': '0.5' }), code('CDB_PARAM_RANGE'))
  assert.throws(() => parseLimits({ 'C12.accountMax': '0' }), code('CDB_PARAM_RANGE'))
  assert.throws(() => parseLimits({ 'C04.window': 'soon' }), code('CDB_PARAM_INVALID'))
})

test('every key leads to its limit', () => {
  assert.equal(new Set(limitKeys).size, limitKeys.length)
  for (const key of limitKeys) {
    const entry = limitSpecOf(key)
    assert.equal(`${entry?.control.id}.${entry?.spec.name}`, key)
  }
})

/** Values of a limit between its bounds, as they are after parsing. */
function anyValue(control: Control, spec: LimitSpec): fc.Arbitrary<ParamValue> {
  if (spec.type === 'flag') return fc.boolean()
  const min = parseParam(control.id, spec, spec.min)
  const max = parseParam(control.id, spec, spec.max)
  const near = parseParam(control.id, spec, spec.default)
  const values =
    typeof min === 'bigint'
      ? fc.bigInt(min, max as bigint)
      : fc.integer({ min: min as number, max: max as number })
  return fc.oneof<fc.Arbitrary<ParamValue>[]>(values, fc.constantFrom(min, near, max))
}

const upTo = (text: string) => fc.bigInt(0n, parseDecimal(text))
const recentMs = fc.integer({ min: NOW_MS - 700_000, max: NOW_MS })

/** Histories that come near the limits, so that a limit decides. */
const anyFacts: fc.Arbitrary<RiskFacts> = fc
  .record({
    age: fc.integer({ min: 0, max: 10_000 }),
    equity: upTo('10000'),
    value: upTo('2000'),
    gross: upTo('6000'),
    approvals: fc.array(fc.record({ eventMs: recentMs, at: fc.integer({ min: 49_000, max: 51_000 }) }), {
      maxLength: 15,
    }),
    rejectsMs: fc.array(recentMs, { maxLength: 8 }),
    outcomes: fc.array(fc.boolean(), { maxLength: 20 }),
    slippages: fc.array(fc.record({ eventMs: recentMs, share: upTo('0.03') }), { maxLength: 6 }),
    losses: fc.integer({ min: 0, max: 6 }),
    resting: fc.integer({ min: 0, max: 60 }),
  })
  .map((drawn) =>
    facts({
      mark: mark({ eventMs: NOW_MS - drawn.age }),
      signalMs: NOW_MS - drawn.age,
      equity: drawn.equity as Money,
      cashFree: drawn.value as Money,
      orderValue: drawn.value as Money,
      grossWorst: drawn.gross as Money,
      turnoverHour: drawn.gross as Money,
      turnoverDay: money('20000'),
      approvals: drawn.approvals.map(({ eventMs, at }) =>
        approval({ eventMs, quantity: quantity('0.001'), price: price(String(at)) }),
      ),
      rejectsMs: drawn.rejectsMs,
      outcomes: drawn.outcomes,
      slippages: drawn.slippages.map(({ eventMs, share }) => ({ eventMs, share: share as Ratio })),
      lossesInRow: drawn.losses,
      openOrders: Array.from({ length: drawn.resting }, () => open(limitOrder('49000'))),
    }),
  )
const anyOrder = fc
  .tuple(upTo('0.05'), fc.integer({ min: 49_000, max: 51_000 }), fc.integer({ min: 0, max: 2_000_000 }))
  .map(([amount, at, lifeMs]) =>
    limitOrder(String(at), {
      quantity: amount as Quantity,
      expiresMs: NOW_MS + lifeMs,
      decisionPrice: price('50000'),
    }),
  )

/** The values of the first element are never looser than those of the second. */
const tighterFirst = (spec: LimitSpec, [one, other]: readonly [ParamValue, ParamValue]) =>
  one < other === (spec.looser === 'higher') ? ([one, other] as const) : ([other, one] as const)

for (const control of controls.filter(({ id, params }) => params.length > 0 && id !== 'C29')) {
  for (const spec of control.params) {
    test(`loosening ${control.id}.${spec.name} never denies what was let through`, () => {
      const pair = fc.tuple(anyValue(control, spec), anyValue(control, spec))
      fc.assert(
        fc.property(anyOrder, anyFacts, pair, (request, about, drawn) => {
          const [tight, loose] = tighterFirst(spec, drawn)
          const isDenied = (value: ParamValue) => {
            const limits: ParamValues = { ...limitsOf(control), [spec.name]: value }
            return control.check(request, about, limits) !== null
          }
          assert(!isDenied(loose) || isDenied(tight))
        }),
      )
    })
  }
}

test('a breach always shows the two things it compared', () => {
  fc.assert(
    fc.property(anyOrder, anyFacts, (request, about) => {
      for (const control of controls) {
        const breach = control.check(request, about, limitsOf(control))
        if (breach !== null)
          assert(breach.reason !== '' && breach.value !== '' && breach.limit !== '', control.id)
      }
    }),
  )
})
