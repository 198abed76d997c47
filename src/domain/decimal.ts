import { CdbError } from './errors.ts'

/*
 * Money is a scaled integer: one unit is 1e-12. A global scale lets values of different instruments be added
 * without rescaling, and the brands keep a price from being used as a quantity.
 */
declare const brand: unique symbol
type Branded<Name extends string> = bigint & { readonly [brand]: Name }

/** Quote currency per one base unit, in 1e-12. */
export type Price = Branded<'price'>
/** An amount of the base asset, in 1e-12; signed in positions. */
export type Quantity = Branded<'quantity'>
/** An amount of the quote asset, in 1e-12. */
export type Money = Branded<'money'>
/** A dimensionless fraction, in 1e-12: 0.01 is one percent. */
export type Ratio = Branded<'ratio'>

export const SCALE_DIGITS = 12
export const ONE = 10n ** 12n
/**
 * Beyond 18 digits before or 12 after the point a number is a mistake or an attack, not a price (control
 * C28).
 */
export const INTEGER_DIGITS_MAX = 18

const ZERO_CODE = 48
const DECIMAL = /^(-?)(\d{1,18})(?:\.(\d{1,30}))?$/

/**
 * Parses plain decimal text exactly. Throws CDB_DECIMAL_INVALID on exponents, NaN, Infinity, "-0" and too
 * many digits.
 */
export function parseDecimal(text: string): bigint {
  const match = DECIMAL.exec(text)
  if (match === null) throw invalid(text)
  const [, sign, whole = '0', tail = ''] = match
  const fraction = tail.length <= SCALE_DIGITS ? tail : tail.replace(/0+$/, '')
  if (fraction.length > SCALE_DIGITS) throw invalid(text)
  const value = BigInt(whole) * ONE + BigInt(fraction.padEnd(SCALE_DIGITS, '0'))
  if (sign === '-' && value === 0n) throw invalid(text)
  return sign === '-' ? -value : value
}

function invalid(text: string): CdbError {
  const shown = text.length > 40 ? `${text.slice(0, 40)}...` : text
  const digits = `${INTEGER_DIGITS_MAX} before and ${SCALE_DIGITS} after the point`
  return new CdbError('CDB_DECIMAL_INVALID', `"${shown}" is not a decimal number`, {
    mend: `write plain digits, at most ${digits}, without exponent`,
  })
}

/** The shortest decimal text of a scaled integer; parseDecimal reverses it exactly. */
export function formatDecimal(value: bigint): string {
  const sign = value < 0n ? '-' : ''
  const magnitude = value < 0n ? -value : value
  const whole = magnitude / ONE
  const fraction = magnitude - whole * ONE
  if (fraction === 0n) return `${sign}${whole}`
  // The one in front keeps the zeros after the point.
  const digits = String(ONE + fraction)
  let end = digits.length
  while (digits.charCodeAt(end - 1) === ZERO_CODE) end -= 1
  return `${sign}${whole}.${digits.slice(1, end)}`
}

export const price = (text: string): Price => parseDecimal(text) as Price
export const quantity = (text: string): Quantity => parseDecimal(text) as Quantity
export const money = (text: string): Money => parseDecimal(text) as Money
export const ratio = (text: string): Ratio => parseDecimal(text) as Ratio

/**
 * The exact decimal of a market-data number, through its shortest text. Feeds are refused unless that text is
 * what the venue sent, so nothing is invented here. Throws CDB_DECIMAL_INVALID where the number has no such
 * text.
 */
export function decimalOfNumber(value: number): bigint {
  // Market data has few digits: with at most eight after the point and fifteen in all, the double stands for
  // that one decimal, which is also its shortest text.
  const eighths = Math.round(value * 1e8)
  if (Math.abs(eighths) < 1e15 && eighths / 1e8 === value && eighths !== 0) return BigInt(eighths) * 10_000n
  const text = String(value)
  return parseDecimal(text.includes('e') ? plainText(value, text) : text)
}

export const priceOfNumber = (value: number): Price => decimalOfNumber(value) as Price
export const quantityOfNumber = (value: number): Quantity => decimalOfNumber(value) as Quantity

/** Small numbers print with an exponent (1e-8); within our scale their plain text is exact. */
function plainText(value: number, text: string): string {
  const plain = value.toFixed(SCALE_DIGITS)
  if (Number(plain) !== value) throw invalid(text)
  return plain
}

/** For statistics and display only: the nearest double. */
export const toNumber = (value: bigint): number => Number(formatDecimal(value))

export function divideFloor(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  return dividend % divisor !== 0n && dividend < 0n !== divisor < 0n ? quotient - 1n : quotient
}

export function divideCeil(dividend: bigint, divisor: bigint): bigint {
  return -divideFloor(-dividend, divisor)
}

/** Ties go to the even quotient, so that repeated rounding has no drift. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const floor = divideFloor(dividend, divisor)
  const twice = 2n * (dividend - floor * divisor)
  const magnitude = divisor < 0n ? -twice : twice
  const size = divisor < 0n ? -divisor : divisor
  if (magnitude > size) return floor + 1n
  if (magnitude < size) return floor
  return floor % 2n === 0n ? floor : floor + 1n
}

/** Price x quantity in quote currency, half-even at 1e-12 (exact for any venue's tick and lot). */
export const notional = (at: Price, amount: Quantity): Money => divideHalfEven(at * amount, ONE) as Money

/** A share of an amount, rounded down: what is reserved or sized never exceeds what was allowed. */
export const shareFloor = <T extends Money | Quantity | Price>(amount: T, share: Ratio): T =>
  divideFloor(amount * share, ONE) as T

/** A share of an amount, rounded up: fees and worst cases are never understated. */
export const shareCeil = <T extends Money | Quantity | Price>(amount: T, share: Ratio): T =>
  divideCeil(amount * share, ONE) as T

/** How much can be bought with an amount, rounded down. Throws RangeError when the price is zero. */
export const quantityFloor = (amount: Money, at: Price): Quantity => divideFloor(amount * ONE, at) as Quantity

export const roundDown = <T extends bigint>(value: T, step: bigint): T => {
  const whole: bigint = divideFloor(value, step) * step
  return whole as T
}

export const roundUp = <T extends bigint>(value: T, step: bigint): T => {
  const whole: bigint = divideCeil(value, step) * step
  return whole as T
}

export const absolute = <T extends bigint>(value: T): T => (value < 0n ? -value : value) as T
export const smaller = <T extends bigint>(left: T, right: T): T => (left < right ? left : right)
export const larger = <T extends bigint>(left: T, right: T): T => (left > right ? left : right)

export const ZERO_MONEY = 0n as Money
export const ZERO_QUANTITY = 0n as Quantity

/** Branded sums: adding two amounts of one kind gives that kind. */
export const add = <T extends bigint>(left: T, right: T): T => (left + right) as T
export const subtract = <T extends bigint>(left: T, right: T): T => ((left as bigint) - right) as T
export const negate = <T extends bigint>(value: T): T => -(value as bigint) as T
