import type { Manifest } from '../manifest.ts'
import { at, listAt, numberAt, recordAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import type { Container, Workload } from '../workload.ts'
import { isScaledBy, scalersOf } from './replica-range.ts'
import { parseQuantity } from './resource-quantity.ts'
import { isSameNamespace } from './service-directory.ts'

export type Bound = 'requests' | 'limits'

/** Resources by name, in cores and bytes. */
export type Amounts = Readonly<Record<string, number>>

export const boundedResources = ['cpu', 'memory', 'ephemeral-storage'] as const

/** What a LimitRange gives a container that says nothing, in one namespace. */
export type Defaults = Readonly<Record<Bound, Amounts>>

/** Lines of every LimitRange of a namespace. */
export const limitRangesOf = (manifests: readonly Manifest[], namespace: string): readonly Value[] =>
  manifests
    .filter(({ kind, namespace: place }) => kind === 'LimitRange' && isSameNamespace(place, namespace))
    .flatMap(({ value }) => listAt(value, 'spec', 'limits'))

/** Defaults of a namespace; a default limit is a default request as well. */
export function defaultsOf(manifests: readonly Manifest[], namespace: string): Defaults {
  const ranges = limitRangesOf(manifests, namespace).filter((each) => textAt(each, 'type') === 'Container')
  const limits = Object.assign({}, ...ranges.map((range) => amountsAt(range, 'default'))) as Amounts
  const requests = Object.assign({}, ...ranges.map((range) => amountsAt(range, 'defaultRequest'))) as Amounts
  return { limits, requests: { ...limits, ...requests } }
}

/** Quantities of an object; what is none counts as nothing. */
export const amountsAt = (value: Value | undefined, ...path: readonly string[]): Amounts =>
  Object.fromEntries(
    Object.entries(recordAt(value, ...path)).flatMap(([name, text]) => {
      const amount = parseQuantity(text)
      return amount === null ? [] : [[name, amount]]
    }),
  )

/** What the API server counts for a container: a limit without a request is a request too. */
export function amountOf(
  { value }: Container,
  bound: Bound,
  resource: string,
  defaults: Defaults,
): number | null {
  const own = parseQuantity(at(value, 'resources', bound, resource))
  if (own !== null) return own
  const limit = parseQuantity(at(value, 'resources', 'limits', resource))
  if (bound === 'requests' && limit !== null) return limit
  return defaults[bound][resource] ?? null
}

/**
 * What one pod takes: its containers and sidecars together, or an init container that needs more than they.
 * https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
 */
export function podAmount(
  { containers }: Workload,
  bound: Bound,
  resource: string,
  defaults: Defaults,
): number {
  const amount = (container: Container): number => amountOf(container, bound, resource, defaults) ?? 0
  const lasting = containers.filter(({ isInit, value }) => !isInit || isSidecar(value))
  const passing = containers.filter(({ isInit, value }) => isInit && !isSidecar(value))
  const together = lasting.reduce((sum, container) => sum + amount(container), 0)
  return Math.max(together, ...passing.map(amount))
}

const isSidecar = (container: Value): boolean => textAt(container, 'restartPolicy') === 'Always'

/** Pods of a workload at its height: all replicas that a scaler may want, and the surge of a rollout. */
export function podsAtMost(manifests: readonly Manifest[], workload: Workload): number {
  const { kind, manifest, replicas } = workload
  const spec = at(manifest.value, 'spec')
  switch (kind) {
    case 'Deployment': {
      const count = scaledMax(manifests, workload) ?? replicas ?? 1
      return count + surgeOf(spec, count)
    }
    case 'StatefulSet':
      return scaledMax(manifests, workload) ?? replicas ?? 1
    case 'Job':
      return numberAt(spec, 'parallelism') ?? 1
    case 'CronJob':
    case 'DaemonSet':
    case 'Pod':
      return 1
    default:
      return kind satisfies never
  }
}

/** The rollout of a Deployment brings a quarter more pods, rounded up, unless it says otherwise. */
function surgeOf(spec: Value | undefined, count: number): number {
  if (textAt(spec, 'strategy', 'type') === 'Recreate') return 0
  const surge = at(spec, 'strategy', 'rollingUpdate', 'maxSurge') ?? '25%'
  if (typeof surge === 'number') return surge
  const share = /^(\d+)%$/.exec(typeof surge === 'string' ? surge : '')
  return share === null ? 0 : Math.ceil((count * Number(share[1])) / 100)
}

const scaledMax = (manifests: readonly Manifest[], workload: Workload): number | undefined =>
  scalersOf(manifests).find((scaler) => isScaledBy(workload, scaler))?.range.max
