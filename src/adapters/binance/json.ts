/** A JSON object of the venue, of which only own fields are read, each by its name. */
export type Json = Readonly<Record<string, unknown>>

/** Throws SyntaxError, RangeError on what is nested too deep, and TypeError when it is no object. */
export function parseObject(text: string): Json {
  const value: unknown = JSON.parse(text)
  return toObject(value)
}

/** Throws as parseObject. */
export function parseList(text: string): readonly Json[] {
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) throw new TypeError('not a list')
  return value.map(toObject)
}

/** Throws TypeError unless the value is a JSON object. */
export function toObject(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('not an object')
  return { ...value }
}

/** Throws TypeError unless the field is a text. */
export function textOf(json: Json, name: string): string {
  const value = own(json, name)
  if (typeof value !== 'string') throw new TypeError(`${name} is not a text`)
  return value
}

/** Throws TypeError unless the field is an integer that is exact as a double. */
export function integerOf(json: Json, name: string): number {
  const value = own(json, name)
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new TypeError(`${name} is not an integer`)
  return value
}

/** Throws TypeError unless the field is true or false. */
export function flagOf(json: Json, name: string): boolean {
  const value = own(json, name)
  if (typeof value !== 'boolean') throw new TypeError(`${name} is not true or false`)
  return value
}

const own = (json: Json, name: string): unknown => (Object.hasOwn(json, name) ? json[name] : undefined)
