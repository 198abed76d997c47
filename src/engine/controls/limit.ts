import { formatDecimal, ONE } from '../../domain/decimal.ts'
import { assert } from '../../domain/errors.ts'
import type { ParamValues } from '../../domain/param.ts'

/*
 * How the controls read their limits and compare with them. A limit that is not set ends the process:
 * nothing is sent without one (FIA 2024, 1.1). Money is compared by cross-multiplying, so that no division
 * can round.
 */

/** A decimal limit, in 1e-12. */
export function decimalLimit(params: ParamValues, name: string): bigint {
  const value = params[name]
  assert(typeof value === 'bigint', `the limit ${name} is set to a decimal`)
  return value
}

/** A count, or a duration in ms. */
export function numberLimit(params: ParamValues, name: string): number {
  const value = params[name]
  assert(typeof value === 'number', `the limit ${name} is set to a number`)
  return value
}

/**
 * Whether amount / base > share, for a base that is not negative; an amount of exactly the share does not
 * exceed it.
 */
export const exceedsShare = (amount: bigint, base: bigint, share: bigint): boolean =>
  amount * ONE > base * share

/** Whether something of eventMs still counts: what is exactly as old as the window does not. */
export const isWithin = (eventMs: number, nowMs: number, windowMs: number): boolean =>
  nowMs - eventMs < windowMs

/** An amount as breaches show it: `0.5 BTC`. */
export const withUnit = (amount: bigint, unit: string): string => `${formatDecimal(amount)} ${unit}`
