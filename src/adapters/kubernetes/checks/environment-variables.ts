import type { Manifest } from '../manifest.ts'
import { listAt, recordAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import type { Container, Workload } from '../workload.ts'
import { configMapNamed } from './mounted-files.ts'

/** One variable of the environment that a container starts with. */
export type Variable = Readonly<{
  name: string
  /** Null where it is known only when the pod runs: from a Secret, a field, a ConfigMap that is not here. */
  value: string | null
  source: 'literal' | 'configMap' | 'secret' | 'field'
}>

/** What a container finds in its environment: `envFrom` first, `env` over it, `$(NAME)` filled in. */
export function variablesOf(
  manifests: readonly Manifest[],
  { namespace }: Workload,
  { value }: Container,
): readonly Variable[] {
  const variables = new Map<string, Variable>()
  for (const source of listAt(value, 'envFrom')) {
    for (const variable of wholeConfigMap(manifests, namespace, source))
      variables.set(variable.name, variable)
  }
  for (const entry of listAt(value, 'env')) {
    const variable = variableOf(manifests, namespace, entry)
    variables.set(variable.name, { ...variable, value: filled(variable, variables) })
  }
  return [...variables.values()]
}

function wholeConfigMap(
  manifests: readonly Manifest[],
  namespace: string,
  source: Value,
): readonly Variable[] {
  const name = textAt(source, 'configMapRef', 'name')
  if (name === undefined) return []
  const prefix = textAt(source, 'prefix') ?? ''
  const data = recordAt(configMapNamed(manifests, namespace, name)?.value, 'data')
  return Object.keys(data).map((key) => ({
    name: `${prefix}${key}`,
    value: textAt(data, key) ?? null,
    source: 'configMap',
  }))
}

function variableOf(manifests: readonly Manifest[], namespace: string, entry: Value): Variable {
  const name = textAt(entry, 'name') ?? ''
  const from = recordAt(entry, 'valueFrom')
  const configMap = textAt(from, 'configMapKeyRef', 'name')
  if (configMap !== undefined) {
    const found = configMapNamed(manifests, namespace, configMap)
    const key = textAt(from, 'configMapKeyRef', 'key') ?? ''
    return { name, value: textAt(found?.value, 'data', key) ?? null, source: 'configMap' }
  }
  if (from['secretKeyRef'] !== undefined) return { name, value: null, source: 'secret' }
  if (Object.keys(from).length > 0) return { name, value: null, source: 'field' }
  return { name, value: textAt(entry, 'value') ?? '', source: 'literal' }
}

/** Kubernetes fills `$(NAME)` in from what stands before; `$$(NAME)` stays as it is written. */
function filled({ value, source }: Variable, known: ReadonlyMap<string, Variable>): string | null {
  if (value === null || source !== 'literal') return value
  return value.replace(/(?<!\$)\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (reference, name: string) => {
    return known.get(name)?.value ?? reference
  })
}
