import { assert, CdbError } from '../domain/errors.ts'

/** Marks what JSON has no form for: `{"$":"n","of":"12"}`. */
const TAG = '$'

/**
 * A state as JSON text: equal states give equal texts. Numbers keep their value, infinities and NaN too.
 */
export const stateText = (value: unknown): string => JSON.stringify(value, tagged)

/** JSON.stringify's replacer: called with the object that holds the value, from the outside in. */
function tagged(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { [TAG]: 'n', of: String(value) }
  if (Object.is(value, -0)) return { [TAG]: 'f', of: '-0' }
  if (typeof value === 'number' && !Number.isFinite(value)) return { [TAG]: 'f', of: String(value) }
  if (value instanceof Map) return { [TAG]: 'm', of: [...value] }
  if (value instanceof Set) return { [TAG]: 's', of: [...value] }
  assert(typeof value !== 'function' && value !== undefined, 'a state is plain data')
  return value
}

/** The state that stateText wrote. Throws CDB_LOG_DIVERGED when the text is not one. */
export function stateOfText(text: string): unknown {
  try {
    return JSON.parse(text, untagged)
  } catch (error) {
    throw new CdbError('CDB_LOG_DIVERGED', 'a saved state cannot be read', { cause: error })
  }
}

function untagged(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(TAG in value)) return value
  const { [TAG]: tag, of } = value as Readonly<Record<string, unknown>>
  if (tag === 'n') return BigInt(String(of))
  if (tag === 'f') return Number(of)
  if (tag === 'm') return new Map(of as Iterable<[unknown, unknown]>)
  return new Set(of as Iterable<unknown>)
}
