import { formatDecimal, parseDecimal } from './decimal.ts'
import { CdbError } from './errors.ts'

/** How it is written and read: `duration` as 90s, 5m or 1h (value in ms), `decimal` exactly, to bigint. */
export type ParamType = 'number' | 'integer' | 'duration' | 'decimal' | 'flag' | 'text'

/** One setting of a strategy, control or venue: what it means, in which unit, and within which bounds. */
export type ParamSpec = Readonly<{
  name: string
  type: ParamType
  unit: string
  default: string
  /** Inclusive bounds in the written form; empty for flag and text. */
  min: string
  max: string
  meaning: string
}>

export type ParamValue = number | bigint | boolean | string
export type ParamValues = Readonly<Record<string, ParamValue>>

/**
 * Fills in defaults and checks types and bounds. Throws CDB_PARAM_UNKNOWN, CDB_PARAM_INVALID or
 * CDB_PARAM_RANGE.
 */
export function parseParams(
  owner: string,
  specs: readonly ParamSpec[],
  given: Readonly<Record<string, string>>,
): ParamValues {
  for (const name of Object.keys(given)) {
    if (specs.some((spec) => spec.name === name)) continue
    const names = specs.map((spec) => spec.name).join(', ')
    throw new CdbError('CDB_PARAM_UNKNOWN', `${owner} has no parameter "${name}"`, {
      mend: names === '' ? `${owner} takes no parameters` : `use one of ${names}`,
    })
  }
  const values: Record<string, ParamValue> = {}
  for (const spec of specs) {
    const written = Object.hasOwn(given, spec.name) ? given[spec.name] : undefined
    values[spec.name] = parseParam(owner, spec, written ?? spec.default)
  }
  return values
}

export function parseParam(owner: string, spec: ParamSpec, written: string): ParamValue {
  const value = readParam(spec, written)
  if (value === undefined) {
    throw new CdbError(
      'CDB_PARAM_INVALID',
      `${owner}: ${spec.name}=${written.slice(0, 60)} is not a ${spec.type}`,
      {
        mend: `for example ${spec.name}=${spec.default}`,
      },
    )
  }
  const low = spec.min === '' ? undefined : readParam(spec, spec.min)
  const high = spec.max === '' ? undefined : readParam(spec, spec.max)
  if ((low !== undefined && value < low) || (high !== undefined && value > high)) {
    throw new CdbError('CDB_PARAM_RANGE', `${owner}: ${spec.name}=${written.slice(0, 60)} is out of bounds`, {
      mend: `use ${spec.min} to ${spec.max} ${spec.unit}`.trimEnd(),
    })
  }
  return value
}

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const NUMBER = /^-?\d+(?:\.\d+)?$/

/** undefined when the text cannot be read as the type. */
function readParam(spec: ParamSpec, written: string): ParamValue | undefined {
  switch (spec.type) {
    case 'number':
      return NUMBER.test(written) ? finite(Number(written)) : undefined
    case 'integer':
      return /^-?\d{1,15}$/.test(written) ? Number(written) : undefined
    case 'duration':
      return parseDuration(written)
    case 'decimal':
      return NUMBER.test(written) ? tryDecimal(written) : undefined
    case 'flag':
      return written === 'true' ? true : written === 'false' ? false : undefined
    case 'text':
      return written
    default:
      return spec.type satisfies never
  }
}

/** Digits without end read as Infinity, which no setting means. */
const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)

function tryDecimal(written: string): bigint | undefined {
  try {
    return parseDecimal(written)
  } catch (error) {
    if (error instanceof CdbError) return undefined
    throw error
  }
}

/** Milliseconds of `250ms`, `90s`, `5m`, `1h` or `1d`; undefined when it is none. */
export function parseDuration(written: string): number | undefined {
  const match = DURATION.exec(written)
  if (match === null) return undefined
  const unit = match[2] as keyof typeof UNIT_MS
  const ms = Math.round(Number(match[1]) * UNIT_MS[unit])
  return Number.isSafeInteger(ms) ? ms : undefined
}

/** The largest unit that divides it: 90000 is `90s`. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms >= UNIT_MS[unit] && ms % UNIT_MS[unit] === 0) return `${ms / UNIT_MS[unit]}${unit}`
  }
  return `${ms}ms`
}

/** A value in the form it would be written in. */
export function formatParam(spec: ParamSpec, value: ParamValue): string {
  if (spec.type === 'duration' && typeof value === 'number') return formatDuration(value)
  return typeof value === 'bigint' ? formatDecimal(value) : String(value)
}
