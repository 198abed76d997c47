const SECONDS_BELOW = 10 ** 11
const MILLISECONDS_BELOW = 10 ** 14
const MICROSECONDS_BELOW = 10 ** 17
const DAY_MS = 86_400_000

const DATE =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(?: ?(?:Z|UTC|\+00:?00))?$/

/**
 * Epoch milliseconds of a time as market data files write it: a count of seconds, ms, us or ns since 1970,
 * told
 * apart by its size, or a date in UTC. NaN for anything else, other time zones among them.
 */
export function epochMsOf(text: string): number {
  if (/^\d{9,19}$/.test(text)) return epochMsOfCount(text)
  const match = DATE.exec(text)
  if (match === null) return NaN
  const part = (index: number): number => Number(match[index] ?? 0)
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)]
  const fractionMs = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3))
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, fractionMs)
  const date = new Date(ms)
  const isDay = date.getUTCMonth() + 1 === month && date.getUTCDate() === day
  const isReal = isDay && hour < 24 && minute < 60 && second < 60
  return isReal ? ms : NaN
}

function epochMsOfCount(text: string): number {
  const count = Number(text)
  if (count < SECONDS_BELOW) return count * 1000
  if (count < MILLISECONDS_BELOW) return count
  // The last digits go first: a count of nanoseconds is more than a double holds.
  return Number(text.slice(0, count < MICROSECONDS_BELOW ? -3 : -6))
}

/** Milliseconds since midnight, as LEAN's intraday files have them; NaN outside of a day. */
export function dayMsOf(text: string): number {
  const ms = /^\d{1,8}$/.test(text) ? Number(text) : NaN
  return ms < DAY_MS ? ms : NaN
}
