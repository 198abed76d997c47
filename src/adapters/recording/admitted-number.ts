import { INTEGER_DIGITS_MAX, SCALE_DIGITS } from '../../domain/decimal.ts'

/*
 * A number of a feed is admitted only when the shortest text of the double is what was sent (trailing zeros
 * aside), so that money can be made of it later without inventing digits. Up to 15 significant digits a
 * double
 * always holds the decimal (IEEE 754, DBL_DIG); beyond that the texts are compared.
 */
const MANTISSA_MAX = 10 ** 15
const POWERS = Array.from({ length: SCALE_DIGITS + 1 }, (_, index) => 10 ** index)
const ZERO = 0x30
const POINT = 0x2e

/**
 * Reads plain decimal text at [from, to) of the bytes: digits and at most one point, no sign, no exponent.
 * NaN when it is not such text or not admitted; `numberProblem` says why.
 */
export function admittedNumber(bytes: Uint8Array, from: number, to: number): number {
  let mantissa = 0
  let fraction = 0
  let pointAt = -1
  const end = withoutZeros(bytes, from, to)
  if (to <= from || bytes[to - 1] === POINT) return NaN
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number
    const digit = byte - ZERO
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit
      if (pointAt >= 0) fraction++
    } else if (byte === POINT && pointAt < 0 && at > from) {
      pointAt = at
    } else {
      return NaN
    }
  }
  // Both are exact doubles, so the quotient is the double nearest to the decimal (Clinger's fast path).
  if (mantissa < MANTISSA_MAX && fraction <= SCALE_DIGITS) return mantissa / (POWERS[fraction] as number)
  return comparedNumber(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1'))
}

/** The same for text. */
export function admittedText(text: string): number {
  const bytes = Buffer.from(text, 'latin1')
  return text.length > TEXT_MAX ? NaN : admittedNumber(bytes, 0, bytes.length)
}

/** Why `admittedNumber` refused a text. */
export function numberProblem(name: string, text: string): string {
  const shown = text.length > TEXT_MAX ? `${text.slice(0, 24)}... (${text.length} characters)` : text
  if (text === '') return `${name} is missing`
  if (/^-\d/.test(text)) return `${name} ${shown} is negative`
  if (!/^\d+(\.\d+)?$/.test(text)) return `${name} "${shown}" is not plain decimal digits`
  return `${name} ${shown} has more digits than a price or quantity can hold`
}

const TEXT_MAX = 64

/** Where the text ends without the zeros at the end of its fraction. */
function withoutZeros(bytes: Uint8Array, from: number, to: number): number {
  let end = to
  while (end > from && bytes[end - 1] === ZERO) end--
  if (end === to) return to
  for (let at = from; at < end; at++) if (bytes[at] === POINT) return end
  return to
}

function comparedNumber(text: string): number {
  const match = /^0*(\d+)(?:\.(\d*?)0*)?$/.exec(text)
  if (match === null) return NaN
  const [, whole = '', fraction = ''] = match
  if (whole.length > INTEGER_DIGITS_MAX || fraction.length > SCALE_DIGITS) return NaN
  const value = Number(text)
  return String(value) === (fraction === '' ? whole : `${whole}.${fraction}`) ? value : NaN
}
