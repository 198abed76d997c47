/** What YAML and JSON hold. */
export type Value = null | boolean | number | string | readonly Value[] | ValueRecord
export type ValueRecord = Readonly<{ [key: string]: Value | undefined }>

export const isRecord = (value: Value | undefined): value is ValueRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What lies at a path of keys and indexes; undefined where nothing does. */
export function at(value: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
  let here = value
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined
    here = (here as Readonly<Record<string | number, Value | undefined>>)[key]
  }
  return here
}

export function textAt(value: Value | undefined, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : undefined
}

export function numberAt(
  value: Value | undefined,
  ...path: readonly (string | number)[]
): number | undefined {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : undefined
}

/** The list at a path; empty where there is none. */
export function listAt(value: Value | undefined, ...path: readonly (string | number)[]): readonly Value[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? (found as readonly Value[]) : []
}

/** The object at a path; empty where there is none. */
export function recordAt(value: Value | undefined, ...path: readonly (string | number)[]): ValueRecord {
  const found = at(value, ...path)
  return isRecord(found) ? found : {}
}

/** The texts among the values of an object, such as labels. */
export function textsAt(
  value: Value | undefined,
  ...path: readonly (string | number)[]
): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {}
  for (const [key, each] of Object.entries(recordAt(value, ...path))) {
    if (typeof each === 'string') texts[key] = each
  }
  return texts
}
