import type { Manifest } from './manifest.ts'
import { listAt, numberAt, recordAt, textAt, textsAt } from './value.ts'
import type { ValueRecord } from './value.ts'

/** Something that runs pods. */
export type Workload = Readonly<{
  manifest: Manifest
  kind: WorkloadKind
  name: string
  namespace: string
  /** Pods at once; for a DaemonSet, a Job and a CronJob 1. Undefined where a scaler decides. */
  replicas: number | undefined
  /** `spec.template` of it, or the pod itself. */
  template: ValueRecord
  podSpec: ValueRecord
  podLabels: Readonly<Record<string, string>>
  /** `spec.selector.matchLabels`; empty for a Job, a CronJob and a Pod. */
  selector: Readonly<Record<string, string>>
  /** Those of `initContainers` first. */
  containers: readonly Container[]
}>

export const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod'] as const
export type WorkloadKind = (typeof workloadKinds)[number]

export type Container = Readonly<{ name: string; isInit: boolean; value: ValueRecord }>

const isWorkloadKind = (kind: string): kind is WorkloadKind =>
  (workloadKinds as readonly string[]).includes(kind)

/** Null for what runs no pods. */
export function workloadOf(manifest: Manifest): Workload | null {
  const { kind, value, name, namespace } = manifest
  if (!isWorkloadKind(kind)) return null
  const spec = kind === 'CronJob' ? recordAt(value, 'spec', 'jobTemplate', 'spec') : recordAt(value, 'spec')
  const template = kind === 'Pod' ? value : recordAt(spec, 'template')
  const podSpec = recordAt(template, 'spec')
  return {
    manifest,
    kind,
    name,
    namespace,
    replicas: kind === 'Deployment' || kind === 'StatefulSet' ? numberAt(spec, 'replicas') : 1,
    template,
    podSpec,
    podLabels: textsAt(template, 'metadata', 'labels'),
    selector: textsAt(spec, 'selector', 'matchLabels'),
    containers: [...containersOf(podSpec, 'initContainers'), ...containersOf(podSpec, 'containers')],
  }
}

const containersOf = (podSpec: ValueRecord, key: string): readonly Container[] =>
  listAt(podSpec, key).map((each) => ({
    name: textAt(each, 'name') ?? '',
    isInit: key === 'initContainers',
    value: recordAt(each),
  }))

export const workloadsOf = (manifests: readonly Manifest[]): readonly Workload[] =>
  manifests.map(workloadOf).filter((workload) => workload !== null)

/** Whether every label of the selector is on the pod; an empty selector means nobody here. */
export const selects = (
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean =>
  Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value)
