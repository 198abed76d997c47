import { CdbError } from '../domain/errors.ts'
import type { ErrorCode } from '../domain/errors.ts'

/** Whether it is an operating error with one of these codes: what the caller goes on after. */
export const isOperatingError = (error: unknown, codes: readonly ErrorCode[]): error is CdbError =>
  error instanceof CdbError && codes.includes(error.code)
