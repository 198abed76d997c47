import { groupOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { numberAt, textAt } from '../value.ts'
import type { Workload } from '../workload.ts'

/** How many pods of a workload there are, as a scaler or the manifest says. */
export type ReplicaRange = Readonly<{ min: number; max: number }>

/** HorizontalPodAutoscalers and ScaledObjects of KEDA, with what they scale. */
export type Scaler = Readonly<{
  manifest: Manifest
  targetKind: string
  targetName: string
  range: ReplicaRange
}>

/** Scalers among the manifests; defaults are those of Kubernetes and KEDA. */
export const scalersOf = (manifests: readonly Manifest[]): readonly Scaler[] =>
  manifests.flatMap((manifest) => {
    const { kind, value } = manifest
    const isKeda = kind === 'ScaledObject' && groupOf(manifest) === 'keda.sh'
    if (kind !== 'HorizontalPodAutoscaler' && !isKeda) return []
    const prefix = isKeda ? 'ReplicaCount' : 'Replicas'
    return [
      {
        manifest,
        targetKind: textAt(value, 'spec', 'scaleTargetRef', 'kind') ?? (isKeda ? 'Deployment' : ''),
        targetName: textAt(value, 'spec', 'scaleTargetRef', 'name') ?? '',
        range: {
          min: numberAt(value, 'spec', `min${prefix}`) ?? (isKeda ? 0 : 1),
          max: numberAt(value, 'spec', `max${prefix}`) ?? (isKeda ? 100 : 1),
        },
      },
    ]
  })

export const isScaledBy = (workload: Workload, { manifest, targetKind, targetName }: Scaler): boolean =>
  workload.kind === targetKind && workload.name === targetName && workload.namespace === manifest.namespace

/** Of its scaler, else what the manifest says, else 1. A DaemonSet has one pod a node: 1 and more. */
export function replicaRange(workload: Workload, manifests: readonly Manifest[]): ReplicaRange {
  if (workload.kind === 'DaemonSet') return { min: 1, max: Infinity }
  const scaler = scalersOf(manifests).find((each) => isScaledBy(workload, each))
  const replicas = workload.replicas ?? 1
  return scaler?.range ?? { min: replicas, max: replicas }
}
