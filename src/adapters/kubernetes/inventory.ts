import { deployed } from './check.ts'
import type { AuditInput, Build } from './check.ts'
import { parseQuantity } from './checks/resource-quantity.ts'
import { listAt, numberAt, textAt } from './value.ts'
import { workloadsOf } from './workload.ts'
import type { Workload } from './workload.ts'

/** What a folder holds, counted. */
export type FileGroup = Readonly<{ category: string; paths: readonly string[]; bytes: number }>

type Rule = Readonly<{ category: string; pattern: RegExp }>

/** The first that fits takes the file. */
const GROUPS: readonly Rule[] = [
  { category: 'Documentation', pattern: /\.md$/ },
  { category: 'Automation Scripts', pattern: /\.(?:sh|ps1|ts)$/ },
  { category: 'GitOps Configuration', pattern: /(?:^|\/)(?:flux|argocd|argo|gitops|clusters?)\// },
  { category: 'Environment Overlays', pattern: /(?:^|\/)overlays\// },
  { category: 'Components', pattern: /(?:^|\/)components\// },
  { category: 'Tests', pattern: /(?:^|\/)tests?\// },
  { category: 'Application Services', pattern: /(?:^|\/)base\/services\// },
  { category: 'Infrastructure Services', pattern: /(?:^|\/)base\/infrastructure\// },
  { category: 'Base Manifests', pattern: /(?:^|\/)base\// },
  { category: 'Other', pattern: /^/ },
]

const ORDER = [
  'Base Manifests',
  'Infrastructure Services',
  'Application Services',
  'Components',
  'Environment Overlays',
  'GitOps Configuration',
  'Automation Scripts',
  'Documentation',
  'Tests',
  'Other',
] as const

/** Files by what they are for; a category without files is left out. */
export function fileGroups({ files }: AuditInput): readonly FileGroup[] {
  const groups = new Map<string, { paths: string[]; bytes: number }>()
  for (const { path, text } of files) {
    const category = GROUPS.find(({ pattern }) => pattern.test(path))?.category ?? 'Other'
    const group = groups.get(category) ?? { paths: [], bytes: 0 }
    group.paths.push(path)
    group.bytes += Buffer.byteLength(text)
    groups.set(category, group)
  }
  return ORDER.flatMap((category) => {
    const group = groups.get(category)
    return group === undefined ? [] : [{ category, ...group }]
  })
}

/** How many objects of each kind a build holds, the commonest first. */
export function kindCounts({ manifests }: Build): readonly Readonly<{ kind: string; count: number }>[] {
  const counts = new Map<string, number>()
  for (const { kind } of manifests) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts]
    .map(([kind, count]) => ({ kind, count }))
    .toSorted((left, right) => right.count - left.count || (left.kind < right.kind ? -1 : 1))
}

/** A workload as the tables of the report show it. */
export type WorkloadLine = Readonly<{
  name: string
  kind: string
  /** Ports of its containers. */
  ports: readonly number[]
  /** Pods in each environment, in the order of the environments; null where it is not deployed. */
  replicas: readonly (number | null)[]
  /** Limits of all its containers but init containers, in the last environment: `1Gi/1000m`. */
  limits: string
  objects: readonly string[]
}>

/** Workloads that run for good, of all chosen environments, by name. */
export function workloadLines(input: AuditInput): readonly WorkloadLine[] {
  const byBuild = deployed(input).map((build) => workloadsOf(build.manifests))
  const names = [
    ...new Set(
      byBuild
        .flat()
        .filter(runsOn)
        .map(({ name }) => name),
    ),
  ].toSorted()
  return names.map((name) => {
    const each = byBuild.map((workloads) => workloads.find((workload) => workload.name === name))
    const found = each.filter((workload) => workload !== undefined)
    const last = found.at(-1)
    return {
      name,
      kind: last?.kind ?? '',
      ports: last === undefined ? [] : portsOf(last),
      replicas: each.map((workload) => (workload === undefined ? null : (workload.replicas ?? 0))),
      limits: last === undefined ? '' : limitsText(last),
      objects: found.map(
        ({ kind, namespace }) => `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`,
      ),
    }
  })
}

const runsOn = ({ kind }: Workload): boolean => kind !== 'Job' && kind !== 'CronJob'

const portsOf = ({ containers }: Workload): readonly number[] =>
  containers.flatMap(({ value }) =>
    listAt(value, 'ports').flatMap((port) => numberAt(port, 'containerPort') ?? []),
  )

/** Memory in bytes and processors in cores that the pods of an environment may use at most. */
export type Budget = Readonly<{ memory: number; cpu: number }>

/** Limits of everything that runs for good, replicas counted. */
export const budgetOf = (build: Build): Budget =>
  workloadsOf(build.manifests)
    .filter(runsOn)
    .reduce<Budget>(
      (sum, workload) => {
        const { memory, cpu } = limitsOf(workload)
        const replicas = workload.replicas ?? 1
        return { memory: sum.memory + memory * replicas, cpu: sum.cpu + cpu * replicas }
      },
      { memory: 0, cpu: 0 },
    )

/** Limits of one pod. */
export function limitsOf({ containers }: Workload): Budget {
  const sum = (name: string): number =>
    containers
      .filter(({ isInit }) => !isInit)
      .reduce((total, { value }) => total + (parseQuantity(limitAt(value, name)) ?? 0), 0)
  return { memory: sum('memory'), cpu: sum('cpu') }
}

const limitAt = (value: Workload['podSpec'], name: string): string | number | undefined =>
  textAt(value, 'resources', 'limits', name) ?? numberAt(value, 'resources', 'limits', name)

function limitsText(workload: Workload): string {
  const { memory, cpu } = limitsOf(workload)
  return `${memory === 0 ? 'none' : memoryText(memory)}/${cpu === 0 ? 'none' : `${Math.round(cpu * 1000)}m`}`
}

export const memoryText = (bytes: number): string => {
  const mebibytes = bytes / 2 ** 20
  return mebibytes >= 1024 && mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${Math.round(mebibytes)}Mi`
}

export const sizeText = (bytes: number): string =>
  bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`
