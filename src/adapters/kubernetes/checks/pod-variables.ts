import type { Manifest } from '../manifest.ts'
import { listAt, recordAt, textAt } from '../value.ts'
import type { Workload } from '../workload.ts'
import { objectNamed } from './scope.ts'

/** Names of the variables that a workload's containers get, those of whole ConfigMaps with them. */
export const variablesOf = (workload: Workload, manifests: readonly Manifest[]): readonly string[] =>
  workload.containers.flatMap(({ value }) => [
    ...listAt(value, 'env').map((variable) => textAt(variable, 'name') ?? ''),
    ...listAt(value, 'envFrom').flatMap((source) => {
      const prefix = textAt(source, 'prefix') ?? ''
      const name = textAt(source, 'configMapRef', 'name')
      const map = objectNamed(manifests, 'ConfigMap', name ?? '', workload.namespace)
      return Object.keys(recordAt(map?.value, 'data')).map((key) => `${prefix}${key}`)
    }),
  ])
