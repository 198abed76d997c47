import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { CdbError } from '../../domain/errors.ts'
import type { Manifest } from './manifest.ts'
import { isRecord } from './value.ts'
import type { Value, ValueRecord } from './value.ts'

/*
 * Schemas of Kubernetes, Flux, Argo CD and others come as compiled validators in packages of npm. They accept
 * fields that they do not know. So the object is lent to them behind a proxy that notes which keys they ask
 * for: a key of an object with known fields that no validator has asked for is an unknown field.
 */

/** What is wrong with an object, and where in it: `/spec/replica`. */
export type SchemaFault = Readonly<{ path: string; message: string }>

/** Null where no schema of that kind is known. */
export type SchemaVerdict = readonly SchemaFault[] | null

/** Where each group of APIs comes from. `kubernetes-models` has the built-in ones. */
const PACKAGES = [
  'kubernetes-models',
  '@kubernetes-models/flux-cd',
  '@kubernetes-models/argo-cd',
  '@kubernetes-models/gateway-api',
  '@kubernetes-models/external-secrets',
  '@kubernetes-models/sealed-secrets',
  '@kubernetes-models/prometheus-operator',
  '@kubernetes-models/keda',
] as const

type Validate = (value: ValueRecord) => readonly RawFault[]
type RawFault = Readonly<{
  instancePath: string
  keyword: string
  message?: string
  params: Readonly<Record<string, unknown>>
}>

/**
 * Judges an object by the schema of its kind, unknown fields included; rules in CEL are the API server's.
 * Throws CDB_FILE_MISSING where the schemas are not installed.
 */
export function judgeObject(manifest: Manifest): SchemaVerdict {
  const validate = validatorOf(manifest.apiVersion, manifest.kind)
  if (validate === null) return null
  const lent = lend(manifest.value)
  const faults = validate(lent.value).map(({ instancePath, keyword, message, params }) => ({
    path: instancePath,
    message: `${message ?? keyword}${detailOf(params)}`,
  }))
  const unknown = lent.unknownPaths().map((path) => ({ path, message: 'is not a field that the kind has' }))
  return [...unique(faults), ...unknown]
}

const detailOf = (params: Readonly<Record<string, unknown>>): string =>
  Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : ''

const unique = (faults: readonly SchemaFault[]): readonly SchemaFault[] => [
  ...new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault])).values(),
]

const known = new Map<string, Validate | null>()

function validatorOf(apiVersion: string, kind: string): Validate | null {
  const key = `${apiVersion}/${kind}`
  const found = known.get(key)
  if (found !== undefined) return found
  const validate = /^[a-z0-9.-]+(?:\/v[a-z0-9]+)?\/[A-Za-z0-9]+$/.test(key) ? loadValidator(key, kind) : null
  known.set(key, validate)
  return validate
}

type Model = Readonly<{ prototype: Readonly<{ validate(this: unknown): void }> }>

function loadValidator(key: string, kind: string): Validate | null {
  requireSchemas()
  for (const name of PACKAGES) {
    const model = loadModel(`${name}/${key}`, kind)
    if (model === undefined) continue
    return (value) => {
      try {
        model.prototype.validate.call(value)
        return []
      } catch (error) {
        const faults = (error as Readonly<{ errors?: readonly RawFault[] }>).errors
        if (faults === undefined) throw error
        return faults
      }
    }
  }
  return null
}

const load = createRequire(import.meta.url)

/** The class of a kind, by the exports of its package; undefined where the package does not have it. */
function loadModel(specifier: string, kind: string): Model | undefined {
  try {
    const exported = load(fileURLToPath(import.meta.resolve(specifier))) as Readonly<Record<string, Model>>
    return exported[kind]
  } catch (error) {
    if (ABSENT.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

const ABSENT: readonly string[] = [
  'MODULE_NOT_FOUND',
  'ERR_MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
]

function requireSchemas(): void {
  if (loadModel('kubernetes-models/v1/Namespace', 'Namespace') !== undefined) return
  throw new CdbError('CDB_FILE_MISSING', 'the schemas of Kubernetes are not installed', {
    mend: 'run npm ci without --omit=dev',
  })
}

type Lent = Readonly<{ value: ValueRecord; unknownPaths: () => readonly string[] }>
type Asked = { readonly keys: Set<string>; isListed: boolean }

/** Lends an object out, and tells which of its keys nobody has asked for. */
function lend(root: ValueRecord): Lent {
  const asked = new Map<object, Asked>()
  const lent = new Map<object, object>()
  const wrap = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const before = lent.get(value)
    if (before !== undefined) return before
    const notes: Asked = { keys: new Set(), isListed: false }
    const proxy = new Proxy(value, {
      get(target, key) {
        if (typeof key === 'string') notes.keys.add(key)
        return wrap(Reflect.get(target, key))
      },
      has(target, key) {
        if (typeof key === 'string') notes.keys.add(key)
        return Reflect.has(target, key)
      },
      ownKeys(target) {
        notes.isListed = true
        return Reflect.ownKeys(target)
      },
    })
    asked.set(value, notes)
    lent.set(value, proxy)
    return proxy
  }
  return { value: wrap(root) as ValueRecord, unknownPaths: () => unknownPaths(root, '', asked) }
}

/** Fields of these names the compiler of the packages takes for remarks, and leaves out everywhere. */
const UNASKED = /^(?:description$|x-kubernetes-)/

/** An object whose keys were listed is a map, one that was asked for nothing is free: all is known there. */
function unknownPaths(value: Value, path: string, asked: ReadonlyMap<object, Asked>): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap((each: Value, index) => unknownPaths(each, `${path}/${index}`, asked))
  }
  if (!isRecord(value)) return []
  const notes = asked.get(value)
  if (notes === undefined) return []
  const isClosed = !notes.isListed && notes.keys.size > 0
  return Object.entries(value).flatMap(([key, each]) => {
    const here = `${path}/${key}`
    if (UNASKED.test(key)) return []
    if (isClosed && !notes.keys.has(key)) return [here]
    return each === undefined ? [] : unknownPaths(each, here, asked)
  })
}
