import fc from 'fast-check'
import { eventFields } from '../../src/domain/codec.ts'
import { alertLevels, commandActions, discrepancyCodes } from '../../src/domain/event.ts'
import type { TradingEvent } from '../../src/domain/event.ts'
import { orderPurposes, orderTypes, timesInForce } from '../../src/domain/order.ts'
import { regimes } from '../../src/domain/signal.ts'

/*
 * Arbitrary events, written by hand rather than derived from the codec's table: a field that the table
 * forgets would be lost in a round trip, and is found by this.
 */
const text = fc.string({ unit: 'binary', maxLength: 20 })
const ms = fc.maxSafeInteger()
const decimal = fc.bigInt({ min: -(10n ** 30n) + 1n, max: 10n ** 30n - 1n })
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null })
const side = fc.constantFrom('buy', 'sell')
const about = { clientOrderId: text, account: text, instrument: text, eventMs: ms }
const kind = <Kind extends TradingEvent['kind']>(name: Kind): fc.Arbitrary<Kind> => fc.constant(name)

/** Plain objects, as the codec makes them. */
const record = <T>(fields: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<T> =>
  fc.record<T>(fields, { noNullPrototype: true })

const order = record({
  slot: text,
  clientOrderId: text,
  account: text,
  strategy: text,
  instrument: text,
  side,
  type: fc.constantFrom(...orderTypes),
  quantity: decimal,
  price: orNull(decimal),
  stopPrice: orNull(decimal),
  timeInForce: fc.constantFrom(...timesInForce),
  postOnly: fc.boolean(),
  reduceOnly: fc.boolean(),
  group: orNull(text),
  purpose: fc.constantFrom(...orderPurposes),
  decisionPrice: decimal,
  decidedMs: ms,
  expiresMs: orNull(ms),
})

const events: Readonly<Record<TradingEvent['kind'], fc.Arbitrary<Readonly<{ kind: TradingEvent['kind'] }>>>> =
  {
    signal: record({
      kind: kind('signal'),
      slot: text,
      strategy: text,
      instrument: text,
      action: fc.constantFrom('enter', 'exit'),
      side,
      price: decimal,
      eventMs: ms,
      reason: text,
      regime: fc.constantFrom(...regimes),
      allocation: decimal,
      stopLoss: orNull(decimal),
      takeProfit: orNull(decimal),
    }),
    mark: record({
      kind: kind('mark'),
      instrument: text,
      eventMs: ms,
      price: decimal,
      bid: orNull(decimal),
      ask: orNull(decimal),
      volumeDay: decimal,
      depth: orNull(decimal),
      stale: fc.boolean(),
      intervalMs: ms,
    }),
    denied: record({
      kind: kind('denied'),
      slot: text,
      strategy: text,
      instrument: text,
      side,
      eventMs: ms,
      control: text,
      code: text,
      reason: text,
      value: text,
      limit: text,
    }),
    approved: record({ kind: kind('approved'), eventMs: ms, order }),
    submitting: record({ kind: kind('submitting'), ...about }),
    abandoned: record({ kind: kind('abandoned'), ...about, reason: text }),
    cancelRequested: record({ kind: kind('cancelRequested'), ...about, reason: text }),
    command: record({
      kind: kind('command'),
      id: text,
      eventMs: ms,
      action: fc.constantFrom(...commandActions),
      scope: text,
      actor: text,
      approver: text,
      reason: text,
      subject: text,
      value: text,
    }),
    alert: record({
      kind: kind('alert'),
      eventMs: ms,
      level: fc.constantFrom(...alertLevels),
      code: text,
      scope: text,
      message: text,
    }),
    accepted: record({ kind: kind('accepted'), ...about, venueOrderId: text }),
    rejected: record({ kind: kind('rejected'), ...about, reason: text }),
    canceled: record({ kind: kind('canceled'), ...about, reason: text }),
    expired: record({ kind: kind('expired'), ...about, reason: text }),
    unknown: record({ kind: kind('unknown'), ...about, reason: text }),
    notPlaced: record({ kind: kind('notPlaced'), ...about, reason: text }),
    discrepancy: record({
      kind: kind('discrepancy'),
      eventMs: ms,
      account: text,
      code: fc.constantFrom(...discrepancyCodes),
      subject: text,
      detail: text,
    }),
    filled: record({
      kind: kind('filled'),
      ...about,
      tradeId: text,
      side,
      price: decimal,
      quantity: decimal,
      leaves: decimal,
      fee: decimal,
      feeAsset: text,
      liquidity: fc.constantFrom('maker', 'taker'),
    }),
  }

export const eventKinds = Object.keys(eventFields) as readonly TradingEvent['kind'][]

/** Any event of any kind; brands are not checked at run time, so any text and bigint stands for them. */
export const anyEvent = fc.oneof(...Object.values(events)) as unknown as fc.Arbitrary<TradingEvent>
