import { deployed } from '../check.ts'
import type { Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at, listAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Container, Workload } from '../workload.ts'
import {
  amountOf,
  amountsAt,
  boundedResources,
  defaultsOf,
  limitRangesOf,
  podAmount,
  podsAtMost,
} from './pod-demand.ts'
import type { Amounts, Bound, Defaults } from './pod-demand.ts'
import { parseQuantity } from './resource-quantity.ts'
import { problemOf } from './scope.ts'
import type { Fault } from './scope.ts'
import { isSameNamespace, placeOf } from './service-directory.ts'

/** X24: what is deployed fits into what the namespace may take, during a rollout too. */
export const quotaChecks: readonly Check[] = [
  {
    id: 'X24',
    severity: 'high',
    title: 'A ResourceQuota admits every pod with the surge of a rollout, and containers are in range',
    run: (input) => deployed(input).flatMap(quotaProblems),
  },
]

const BOUNDS: readonly Bound[] = ['requests', 'limits']

function quotaProblems({ manifests }: Build): readonly Problem[] {
  const workloads = workloadsOf(manifests)
  const namespaces = [...new Set(workloads.map(({ namespace }) => placeOf(namespace)))]
  return namespaces.flatMap((namespace) => {
    const here = workloads.filter((workload) => isSameNamespace(workload.namespace, namespace))
    const quotas = manifests.filter(
      ({ kind, namespace: place }) => kind === 'ResourceQuota' && isSameNamespace(place, namespace),
    )
    const defaults = defaultsOf(manifests, namespace)
    return [
      ...(quotas.length === 0 ? [noQuota(manifests, namespace)] : []),
      ...quotas.flatMap((quota) => [
        ...sumFaults(manifests, here, quota, defaults).map((fault) => problemOf(quota, fault)),
        ...impliedProblems(here, quota, defaults),
      ]),
      ...here.flatMap((workload) => rangeProblems(manifests, workload, defaults)),
    ]
  })
}

function noQuota(manifests: readonly Manifest[], namespace: string): Problem {
  const manifest = manifests.find(({ kind, name }) => kind === 'Namespace' && name === namespace)
  const message = `namespace ${namespace} has no ResourceQuota`
  const mend = 'Write one that admits all replicas, the surge of a rollout and the Jobs.'
  return manifest === undefined ? { object: '', message, mend } : problemOf(manifest, { message, mend })
}

/** Everything at once against each line of the quota. */
function sumFaults(
  manifests: readonly Manifest[],
  workloads: readonly Workload[],
  quota: Manifest,
  defaults: Defaults,
): readonly Fault[] {
  if (isScoped(quota)) return []
  return Object.entries(amountsAt(quota.value, 'spec', 'hard')).flatMap(([line, hard]) => {
    const sum = demandOf(manifests, workloads, quota.namespace, line, defaults)
    // A thousandth is less than any quantity that is written.
    if (sum === null || sum <= hard + 1e-3) return []
    const written = textAt(quota.value, 'spec', 'hard', line) ?? String(hard)
    return [
      {
        message: `${line} is ${written}, and everything with the surge of a rollout takes ${shownAmount(line, sum)}`,
        mend: `Raise ${line}, or ask for less.`,
      },
    ]
  })
}

const isScoped = ({ value }: Manifest): boolean =>
  listAt(value, 'spec', 'scopes').length > 0 || at(value, 'spec', 'scopeSelector') !== undefined

/** What the objects take of one line; null for lines that are not counted here. */
function demandOf(
  manifests: readonly Manifest[],
  workloads: readonly Workload[],
  namespace: string,
  line: string,
  defaults: Defaults,
): number | null {
  const lineOf = boundOf(line)
  if (lineOf !== null) {
    return workloads.reduce(
      (sum, workload) =>
        sum + podsAtMost(manifests, workload) * podAmount(workload, lineOf.bound, lineOf.resource, defaults),
      0,
    )
  }
  if (line === 'pods' || line === 'count/pods') {
    return workloads.reduce((sum, workload) => sum + podsAtMost(manifests, workload), 0)
  }
  const claims = claimsOf(manifests, workloads, namespace)
  if (line === 'persistentvolumeclaims' || line === 'count/persistentvolumeclaims') return claims.length
  if (line === 'requests.storage') return claims.reduce((sum, size) => sum + size, 0)
  const counted = COUNTED[line.replace(/^count\//, '')]
  if (counted === undefined) return null
  return manifests.filter(
    ({ kind, namespace: place }) => kind === counted && isSameNamespace(place, namespace),
  ).length
}

const COUNTED: Readonly<Record<string, string>> = {
  services: 'Service',
  configmaps: 'ConfigMap',
  'deployments.apps': 'Deployment',
  'statefulsets.apps': 'StatefulSet',
  'cronjobs.batch': 'CronJob',
  'jobs.batch': 'Job',
}

/** `requests.cpu`, `limits.memory`; `cpu` alone means requests. */
function boundOf(line: string): Readonly<{ bound: Bound; resource: string }> | null {
  const match = /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/.exec(line)
  if (match === null) return null
  return { bound: match[1] === 'limits' ? 'limits' : 'requests', resource: match[2] ?? '' }
}

/** Sizes of the claims that stand alone, and of those that StatefulSets make for each pod. */
const claimsOf = (
  manifests: readonly Manifest[],
  workloads: readonly Workload[],
  namespace: string,
): readonly number[] => [
  ...manifests
    .filter(
      ({ kind, namespace: place }) => kind === 'PersistentVolumeClaim' && isSameNamespace(place, namespace),
    )
    .map(({ value }) => sizeOf(at(value, 'spec'))),
  ...workloads.flatMap((workload) =>
    listAt(workload.manifest.value, 'spec', 'volumeClaimTemplates').flatMap((template) =>
      Array.from({ length: podsAtMost(manifests, workload) }, () => sizeOf(at(template, 'spec'))),
    ),
  ),
]

const sizeOf = (spec: Value | undefined): number =>
  parseQuantity(at(spec, 'resources', 'requests', 'storage')) ?? 0

/** A quota over a resource refuses every pod that does not say how much of it it takes. */
const impliedProblems = (
  workloads: readonly Workload[],
  quota: Manifest,
  defaults: Defaults,
): readonly Problem[] => {
  const lines = Object.keys(amountsAt(quota.value, 'spec', 'hard')).flatMap((line) => boundOf(line) ?? [])
  return workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      lines
        .filter(({ bound, resource }) => amountOf(container, bound, resource, defaults) === null)
        .map(({ bound, resource }) => {
          const message = `container ${container.name} has no ${bound} of ${resource}, so that the quota refuses it`
          return problemOf(workload.manifest, { message, mend: `Set it, or a default in a LimitRange.` })
        }),
    ),
  )
}

/** Each container inside of the LimitRange. */
const rangeProblems = (
  manifests: readonly Manifest[],
  workload: Workload,
  defaults: Defaults,
): readonly Problem[] =>
  limitRangesOf(manifests, workload.namespace)
    .filter((range) => textAt(range, 'type') === 'Container')
    .flatMap((range) =>
      workload.containers.flatMap((container) =>
        rangeFaults(container, amountsAt(range, 'min'), amountsAt(range, 'max'), defaults),
      ),
    )
    .map((fault) => problemOf(workload.manifest, fault))

const rangeFaults = (
  container: Container,
  min: Amounts,
  max: Amounts,
  defaults: Defaults,
): readonly Fault[] =>
  boundedResources.flatMap((resource) =>
    BOUNDS.flatMap((bound) => {
      const amount = amountOf(container, bound, resource, defaults)
      const [least, most] = [min[resource] ?? 0, max[resource] ?? Infinity]
      if (amount === null || (amount >= least && amount <= most)) return []
      const end = amount < least ? `below the least, ${least}` : `above the most, ${most}`
      const message = `container ${container.name}: ${bound} of ${resource} is ${amount}, ${end}`
      return [{ message, mend: 'Set it inside of the LimitRange, or change the range.' }]
    }),
  )

/** Bytes in mebibytes, cores and counts as they are. */
const shownAmount = (line: string, amount: number): string =>
  /memory|storage/.test(line) ? `${Math.ceil(amount / 2 ** 20)}Mi` : String(Math.round(amount * 1000) / 1000)
