import { admittedNumber } from './admitted-number.ts'

/**
 * A place in bytes that are known to be [at, end). Each step below moves on only when it found what it wants.
 */
export type Scan = { bytes: Buffer; at: number; end: number }

const ZERO = 0x30
const QUOTE_MARK = 0x22
const INTEGER_DIGITS = 15

export const literal = (text: string): Uint8Array => Buffer.from(text, 'latin1')

/** Whether these very bytes come next; they are then behind. */
export function skip(scan: Scan, expected: Uint8Array): boolean {
  const { bytes, at } = scan
  const length = expected.length
  if (at + length > scan.end) return false
  for (let i = 0; i < length; i++) if (bytes[at + i] !== expected[i]) return false
  scan.at = at + length
  return true
}

/** Moves behind the next occurrence of a byte; false when there is none. */
export function skipPast(scan: Scan, byte: number): boolean {
  for (let at = scan.at; at < scan.end; at++) {
    if (scan.bytes[at] !== byte) continue
    scan.at = at + 1
    return true
  }
  return false
}

/** A non-negative integer that a double holds; NaN when there is none. */
export function scanInteger(scan: Scan): number {
  const { bytes, end } = scan
  const from = scan.at
  let value = 0
  let at = from
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  scan.at = at
  const length = at - from
  if (length === 0 || (length > 1 && bytes[from] === ZERO)) return NaN
  return length <= INTEGER_DIGITS || Number.isSafeInteger(value) ? value : NaN
}

/** Admitted decimal text in quotation marks; NaN when it is not that. */
export function scanQuotedNumber(scan: Scan): number {
  const { bytes, end } = scan
  if (bytes[scan.at] !== QUOTE_MARK) return NaN
  const from = scan.at + 1
  let to = from
  while (to < end && bytes[to] !== QUOTE_MARK) to++
  if (to === end) return NaN
  scan.at = to + 1
  return admittedNumber(bytes, from, to)
}
