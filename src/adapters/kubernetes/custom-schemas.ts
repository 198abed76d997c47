import { Ajv } from 'ajv'
import type { ErrorObject } from 'ajv'
import type { Manifest } from './manifest.ts'
import type { SchemaFault, SchemaVerdict } from './schemas.ts'
import { at, isRecord, listAt, recordAt, textAt } from './value.ts'
import type { Value, ValueRecord } from './value.ts'

/** Judges objects by the CustomResourceDefinitions that stand beside them; null for kinds of others. */
export type CustomJudge = (manifest: Manifest) => SchemaVerdict

/** Every version that a definition serves is a kind of its own. */
export function customJudgeOf(manifests: readonly Manifest[]): CustomJudge {
  const schemas = new Map<string, ValueRecord>()
  for (const { value } of manifests.filter(({ kind }) => kind === 'CustomResourceDefinition')) {
    const group = textAt(value, 'spec', 'group') ?? ''
    const kind = textAt(value, 'spec', 'names', 'kind') ?? ''
    for (const version of listAt(value, 'spec', 'versions')) {
      const schema = recordAt(version, 'schema', 'openAPIV3Schema')
      if (at(version, 'served') !== false)
        schemas.set(`${group}/${textAt(version, 'name') ?? ''}/${kind}`, schema)
    }
  }
  const compiled = new Map<string, Judge>()
  return ({ apiVersion, kind, value }) => {
    const key = `${apiVersion}/${kind}`
    const schema = schemas.get(key)
    if (schema === undefined) return null
    const judge = compiled.get(key) ?? compile(schema)
    compiled.set(key, judge)
    return judge(value)
  }
}

type Judge = (value: ValueRecord) => readonly SchemaFault[]

/** Where the definition itself is broken, every object of its kind is told so. */
function compile(schema: ValueRecord): Judge {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false })
  try {
    const validate = ajv.compile(closed(schema, true))
    return (value) => (validate(value) ? [] : (validate.errors ?? []).map(faultOf))
  } catch (error) {
    return () => [{ path: '', message: `the schema of its definition cannot be read: ${String(error)}` }]
  }
}

function faultOf({ instancePath, message, params, keyword }: ErrorObject): SchemaFault {
  const extra: unknown = (params as Readonly<Record<string, unknown>>)['additionalProperty']
  return typeof extra === 'string'
    ? { path: `${instancePath}/${extra}`, message: 'is not a field that the kind has' }
    : { path: instancePath, message: message ?? keyword }
}

const OF_EVERY_OBJECT: ValueRecord = { apiVersion: {}, kind: {}, metadata: {} }

/**
 * The schema as the API server prunes by it: an object takes the fields that it lists and no others, unless
 * it says so.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
 */
function closed(schema: Value | undefined, isRoot = false): ValueRecord {
  const own = recordAt(schema)
  const isOpen = own['x-kubernetes-preserve-unknown-fields'] === true
  const properties = Object.fromEntries(
    Object.entries(recordAt(own, 'properties')).map(([name, each]) => [name, closed(each)]),
  )
  const isObject = Object.keys(properties).length > 0
  const values = own['additionalProperties']
  return {
    ...own,
    ...(isObject ? { properties: isRoot ? { ...properties, ...OF_EVERY_OBJECT } : properties } : {}),
    ...(isRecord(own['items']) ? { items: closed(own['items']) } : {}),
    ...(isRecord(values) ? { additionalProperties: closed(values) } : {}),
    ...(isObject && values === undefined && !isOpen ? { additionalProperties: false } : {}),
    ...(own['x-kubernetes-int-or-string'] === true ? { type: ['integer', 'string'] } : {}),
  }
}
