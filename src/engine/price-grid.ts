import { ONE } from '../domain/decimal.ts'

/** A multiple of a step, as the double whose shortest text is the exact decimal. */
export function gridNumber(step: bigint): (count: number) => number {
  let numerator = step
  let denominator = ONE
  while (numerator % 10n === 0n && denominator > 1n) {
    numerator /= 10n
    denominator /= 10n
  }
  // Whole numbers and powers of ten are exact doubles, so the quotient is the nearest to the decimal.
  const [times, over] = [Number(numerator), Number(denominator)]
  return (count) => (count * times) / over
}
