/** What a venue can do wrong, on demand. docs/reference/venue-protocol.md lists the same kinds, by test. */
export const faultMeanings = {
  dropReply: 'does what is asked and never answers',
  resetAfterRequest: 'does what is asked and resets the connection',
  error5xxAccepted: 'does what is asked and answers 503',
  error5xxRefused: 'does nothing and answers 503',
  acceptLate: 'does what is asked `ms` later, and answers then',
  rateLimit: 'does nothing and answers `status`, 429 or 418',
  hideOrder: 'denies for `ms` that it has the order',
  partialFills: 'fills the order in two parts, the second `ms` after the first',
  silentUserStream: 'sends nothing on the user stream, not even pongs',
  duplicateUserEvents: 'sends each event of the user stream twice',
  feedGap: 'leaves trades out of the stream',
  feedFrozen: 'sends no market data',
  feedPriceTimes10: 'sends market data with ten times the price',
  feedCrossed: 'sends quotes with bid and ask exchanged',
  feedDuplicate: 'sends each trade twice',
  closeStreams: 'closes every WebSocket, once',
  clockSkew: 'has a clock that is `ms` ahead',
} as const

export type FaultKind = keyof typeof faultMeanings
export const faultKinds = Object.keys(faultMeanings).filter(isFaultKind)

/** Which requests a fault of answers is for. */
const calls = ['place', 'cancel', 'query'] as const
export type Call = (typeof calls)[number]

export type Fault = Readonly<{ kind: FaultKind; on: Call; ms: number; status: number }>

/** Faults that wait to happen. */
export type Faults = Readonly<{
  /** Text says what is wrong with the request. */
  add(wanted: unknown): Fault | string
  /** All of them, or those of one kind. */
  clear(kind: FaultKind | null): void
  /** The fault, and one less of it; null when there is none. */
  take(kind: FaultKind, on?: Call): Fault | null
  /** The fault, without using it up. */
  peek(kind: FaultKind): Fault | null
  /** How often each kind has happened. */
  happened(): Readonly<Record<string, number>>
}>

type Armed = Readonly<{ fault: Fault; untilMs: number }> & { left: number }

const MS_MAX = 600_000
const COUNT_MAX = 1_000_000
/** Delay of the second part of an order, and the usual `ms` of the others that have one. */
const MS_DEFAULT = 1_000
const STATUS_DEFAULT = 429

/** nowMs is monotonic. */
export function createFaults(nowMs: () => number): Faults {
  const armed = new Set<Armed>()
  const counts = new Map<string, number>()
  const find = (kind: FaultKind, on: Call | null): Armed | null => {
    for (const item of armed) {
      if (item.untilMs <= nowMs()) armed.delete(item)
      else if (item.fault.kind === kind && (on === null || item.fault.on === on)) return item
    }
    return null
  }
  return {
    add(wanted) {
      const parsed = parseFault(wanted)
      if (typeof parsed === 'string') return parsed
      const { fault, count, forMs } = parsed
      armed.add({ fault, left: count, untilMs: nowMs() + forMs })
      return fault
    },
    clear(kind) {
      for (const item of armed) if (kind === null || item.fault.kind === kind) armed.delete(item)
    },
    take(kind, on) {
      const item = find(kind, on ?? null)
      if (item === null) return null
      item.left -= 1
      if (item.left <= 0) armed.delete(item)
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
      return item.fault
    },
    peek: (kind) => find(kind, null)?.fault ?? null,
    happened: () => Object.fromEntries(counts),
  }
}

type Parsed = Readonly<{ fault: Fault; count: number; forMs: number }>

function parseFault(wanted: unknown): Parsed | string {
  if (typeof wanted !== 'object' || wanted === null) return 'not a JSON object'
  const fields: Readonly<Record<string, unknown>> = { ...wanted }
  const { kind, on = 'place' } = fields
  if (!isFaultKind(kind)) return `kind is not one of ${faultKinds.join(', ')}`
  if (!isCall(on)) return `on is not one of ${calls.join(', ')}`
  const hasForMs = fields['forMs'] !== undefined
  const ms = integer(fields['ms'] ?? MS_DEFAULT, kind === 'clockSkew' ? -MS_MAX : 0, MS_MAX)
  const forMs = hasForMs ? integer(fields['forMs'], 1, MS_MAX) : Infinity
  const count =
    fields['count'] === undefined ? (hasForMs ? Infinity : 1) : integer(fields['count'], 1, COUNT_MAX)
  const status = integer(fields['status'] ?? STATUS_DEFAULT, 400, 599)
  if (ms === null || forMs === null || count === null || status === null) {
    return 'ms, forMs, count or status is not a whole number within its bounds'
  }
  return { fault: { kind, on, ms, status }, count, forMs }
}

function isFaultKind(value: unknown): value is FaultKind {
  return typeof value === 'string' && Object.hasOwn(faultMeanings, value)
}

const isCall = (value: unknown): value is Call => calls.some((call) => call === value)

const integer = (value: unknown, min: number, max: number): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max ? value : null
