import { deployed } from '../check.ts'
import type { Build, Check, Problem } from '../check.ts'
import { listAt, textAt, textsAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { problemOf } from './scope.ts'

/** R08: a change of configuration reaches the pods that read it. */
export const configHashChecks: readonly Check[] = [
  {
    id: 'R08',
    severity: 'high',
    title: 'Configuration that a pod reads has a hash in its name, or a checksum on the pod',
    run: (input) => deployed(input).flatMap(buildProblems),
  },
]

/** The letters that kustomize writes a hash in. */
const HASHED = /-[24-9bcdfghkmt]{10}$/
const CHECKSUM = /checksum|config-hash/
const RELOADER = /(?:^|\.)reloader\.stakater\.com\//

function buildProblems({ manifests }: Build): readonly Problem[] {
  const maps = new Map(
    manifests.flatMap(({ kind, name, namespace }) =>
      kind === 'ConfigMap' ? [[`${namespace}/${name}`, name] as const] : [],
    ),
  )
  return workloadsOf(manifests)
    .filter(({ kind }) => kind !== 'CronJob' && kind !== 'Pod')
    .flatMap((workload) => {
      if (isWatched(workload)) return []
      const read = [...configMapsOf(workload)].filter((name) => maps.has(`${workload.namespace}/${name}`))
      return read
        .filter((name) => !HASHED.test(name))
        .map((name) =>
          problemOf(workload.manifest, {
            message: `reads ConfigMap ${name}, whose name stays when its content changes`,
            mend: 'make it with configMapGenerator, or put a checksum of it on the pod template',
          }),
        )
    })
}

/** Whether something on it says when its configuration has changed. */
function isWatched({ manifest, template }: Workload): boolean {
  const onPod = Object.keys(textsAt(template, 'metadata', 'annotations'))
  return (
    onPod.some((key) => CHECKSUM.test(key)) ||
    [...onPod, ...Object.keys(manifest.annotations)].some((key) => RELOADER.test(key))
  )
}

/** Names of the ConfigMaps that a pod reads: as files, as variables, whole or by key. */
function configMapsOf({ podSpec, containers }: Workload): ReadonlySet<string> {
  const names = [
    ...listAt(podSpec, 'volumes').flatMap((volume) => [
      textAt(volume, 'configMap', 'name'),
      ...listAt(volume, 'projected', 'sources').map((source) => textAt(source, 'configMap', 'name')),
    ]),
    ...containers.flatMap(({ value }) => [...variablesFrom(value)]),
  ]
  return new Set(names.filter((name) => name !== undefined))
}

const variablesFrom = (container: Value): readonly (string | undefined)[] => [
  ...listAt(container, 'envFrom').map((each) => textAt(each, 'configMapRef', 'name')),
  ...listAt(container, 'env').map((each) => textAt(each, 'valueFrom', 'configMapKeyRef', 'name')),
]
