import { formatDecimal, parseDecimal } from './decimal.ts'
import { assert, CdbError } from './errors.ts'
import { alertLevels, commandActions, discrepancyCodes } from './event.ts'
import type { TradingEvent } from './event.ts'
import { orderPurposes, orderTypes, timesInForce } from './order.ts'
import { regimes } from './signal.ts'

/** Version of every payload on the log; a reader refuses others rather than guess. */
export const EVENT_VERSION = 1

export type Field =
  | 'text'
  | 'ms'
  | 'flag'
  | 'decimal'
  | Readonly<{ nullable: Field }>
  | Readonly<{ oneOf: readonly string[] }>
  | Readonly<{ fields: Fields }>
export type Fields = Readonly<Record<string, Field>>

const nullable = (field: Field): Field => ({ nullable: field })
const side: Field = { oneOf: ['buy', 'sell'] }
const reportFields = { clientOrderId: 'text', account: 'text', instrument: 'text', eventMs: 'ms' } as const
const endedFields: Fields = { ...reportFields, reason: 'text' }

const orderFields: Fields = {
  slot: 'text',
  clientOrderId: 'text',
  account: 'text',
  strategy: 'text',
  instrument: 'text',
  side,
  type: { oneOf: orderTypes },
  quantity: 'decimal',
  price: nullable('decimal'),
  stopPrice: nullable('decimal'),
  timeInForce: { oneOf: timesInForce },
  postOnly: 'flag',
  reduceOnly: 'flag',
  group: nullable('text'),
  purpose: { oneOf: orderPurposes },
  decisionPrice: 'decimal',
  decidedMs: 'ms',
  expiresMs: nullable('ms'),
}

/**
 * The wire form of each kind: fields in this order, bigints as decimal text. The documents list the same
 * table, by test.
 */
export const eventFields: Readonly<Record<TradingEvent['kind'], Fields>> = {
  signal: {
    slot: 'text',
    strategy: 'text',
    instrument: 'text',
    action: { oneOf: ['enter', 'exit'] },
    side,
    price: 'decimal',
    eventMs: 'ms',
    reason: 'text',
    regime: { oneOf: regimes },
    allocation: 'decimal',
    stopLoss: nullable('decimal'),
    takeProfit: nullable('decimal'),
  },
  mark: {
    instrument: 'text',
    eventMs: 'ms',
    price: 'decimal',
    bid: nullable('decimal'),
    ask: nullable('decimal'),
    volumeDay: 'decimal',
    depth: nullable('decimal'),
    stale: 'flag',
    intervalMs: 'ms',
  },
  denied: {
    slot: 'text',
    strategy: 'text',
    instrument: 'text',
    side,
    eventMs: 'ms',
    control: 'text',
    code: 'text',
    reason: 'text',
    value: 'text',
    limit: 'text',
  },
  approved: { eventMs: 'ms', order: { fields: orderFields } },
  submitting: reportFields,
  abandoned: endedFields,
  cancelRequested: endedFields,
  command: {
    id: 'text',
    eventMs: 'ms',
    action: { oneOf: commandActions },
    scope: 'text',
    actor: 'text',
    approver: 'text',
    reason: 'text',
    subject: 'text',
    value: 'text',
  },
  discrepancy: {
    eventMs: 'ms',
    account: 'text',
    code: { oneOf: discrepancyCodes },
    subject: 'text',
    detail: 'text',
  },
  alert: { eventMs: 'ms', level: { oneOf: alertLevels }, code: 'text', scope: 'text', message: 'text' },
  accepted: { ...reportFields, venueOrderId: 'text' },
  rejected: endedFields,
  canceled: endedFields,
  expired: endedFields,
  unknown: endedFields,
  notPlaced: endedFields,
  filled: {
    ...reportFields,
    tradeId: 'text',
    side,
    price: 'decimal',
    quantity: 'decimal',
    leaves: 'decimal',
    fee: 'decimal',
    feeAsset: 'text',
    liquidity: { oneOf: ['maker', 'taker'] },
  },
}

type Plain = Record<string, unknown>

/** One line of canonical JSON: `v` and `kind` first, then the fields of the kind in their fixed order. */
export function encodeEvent(event: TradingEvent): string {
  const fields = eventFields[event.kind]
  return `{"v":${EVENT_VERSION},"kind":"${event.kind}"${encodeFields(fields, event)}}`
}

function encodeFields(fields: Fields, value: Plain): string {
  let text = ''
  for (const name in fields) text += `,"${name}":${encodeField(fields[name] as Field, value[name])}`
  return text
}

function encodeField(field: Field, value: unknown): string {
  switch (field) {
    case 'decimal':
      return `"${formatDecimal(value as bigint)}"`
    case 'ms':
      // What could not be read back must not be hashed and stored.
      assert(Number.isSafeInteger(value), 'times of events are whole milliseconds')
      return String(value)
    case 'flag':
      return value === true ? 'true' : 'false'
    case 'text':
      return JSON.stringify(value)
    default:
      return encodeNested(field, value)
  }
}

function encodeNested(field: Exclude<Field, string>, value: unknown): string {
  if ('nullable' in field) return value === null ? 'null' : encodeField(field.nullable, value)
  if ('oneOf' in field) return `"${value as string}"`
  return `{${encodeFields(field.fields, value as Plain).slice(1)}}`
}

/**
 * Reads an encoded event. Throws CDB_EVENT_INVALID, naming the field, on anything that encodeEvent cannot
 * have written.
 */
export function decodeEvent(text: string): TradingEvent {
  let plain: unknown
  try {
    plain = JSON.parse(text)
  } catch (error) {
    throw new CdbError('CDB_EVENT_INVALID', 'an event is not JSON', { cause: error })
  }
  if (!isPlain(plain)) throw invalid('event', 'an object')
  const { v, kind, ...rest } = plain
  if (v !== EVENT_VERSION) throw invalid('v', `version ${EVENT_VERSION}`)
  if (typeof kind !== 'string' || !Object.hasOwn(eventFields, kind)) throw invalid('kind', 'a known kind')
  const fields = eventFields[kind as TradingEvent['kind']]
  return { kind, ...decodeFields(kind, fields, rest) } as unknown as TradingEvent
}

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (field: string, wanted: string): CdbError =>
  new CdbError('CDB_EVENT_INVALID', `field ${field} of an event is not ${wanted}`)

function decodeFields(path: string, fields: Fields, plain: Plain): Plain {
  for (const name of Object.keys(plain)) {
    if (!Object.hasOwn(fields, name)) throw invalid(`${path}.${name}`, 'part of its kind')
  }
  const value: Plain = {}
  for (const [name, field] of Object.entries(fields)) {
    value[name] = decodeField(`${path}.${name}`, field, plain[name])
  }
  return value
}

function decodeField(path: string, field: Field, value: unknown): unknown {
  switch (field) {
    case 'text':
      if (typeof value !== 'string') throw invalid(path, 'a text')
      return value
    case 'ms':
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw invalid(path, 'whole milliseconds')
      return value
    case 'flag':
      if (typeof value !== 'boolean') throw invalid(path, 'true or false')
      return value
    case 'decimal':
      if (typeof value !== 'string') throw invalid(path, 'a decimal text')
      return parseDecimal(value)
    default:
      return decodeNested(path, field, value)
  }
}

function decodeNested(path: string, field: Exclude<Field, string>, value: unknown): unknown {
  if ('nullable' in field) return value === null ? null : decodeField(path, field.nullable, value)
  if ('fields' in field) {
    if (!isPlain(value)) throw invalid(path, 'an object')
    return decodeFields(path, field.fields, value)
  }
  if (typeof value !== 'string' || !field.oneOf.includes(value)) throw invalid(path, field.oneOf.join(', '))
  return value
}
