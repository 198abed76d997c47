import type { AuditInput, Check } from '../check.ts'
import { listAt, numberAt, textAt } from '../value.ts'
import type { Manifest } from '../manifest.ts'
import { durationMs } from './flux-duration.ts'
import { activeSyncs, gitopsObjects } from './gitops-syncs.ts'
import type { Sync } from './gitops-syncs.ts'
import { problemOf, shown } from './scope.ts'
import type { Fault } from './scope.ts'

/** When Flux does what: what waits for what, how often it looks, and how long it waits. */
export const fluxScheduleChecks: readonly Check[] = [
  {
    id: 'G04',
    severity: 'blocker',
    title: 'what a Kustomization of Flux depends on exists, and no two wait for each other',
    run: (input) =>
      kustomizationsOf(input).flatMap((manifest) =>
        orderFaults(manifest, kustomizationsOf(input)).map((fault) => problemOf(manifest, fault)),
      ),
  },
  {
    id: 'G09',
    severity: 'high',
    title: 'Flux looks often, tries again soon, and waits longer than a rollout may take',
    run: (input) => [
      ...sourcesOf(input).flatMap((manifest) =>
        sourceFaults(manifest).map((fault) => problemOf(manifest, fault)),
      ),
      ...activeSyncs(input, 'flux').flatMap((sync) =>
        timeFaults(sync).map((fault) => problemOf(sync.manifest, fault)),
      ),
    ],
  },
]

const kustomizationsOf = (input: AuditInput): readonly Manifest[] =>
  gitopsObjects(input).filter(
    ({ apiVersion, kind }) =>
      kind === 'Kustomization' && apiVersion.startsWith('kustomize.toolkit.fluxcd.io/'),
  )

const sourcesOf = (input: AuditInput): readonly Manifest[] =>
  gitopsObjects(input).filter(({ kind }) => kind === 'GitRepository' || kind === 'OCIRepository')

const keyOf = ({ namespace, name }: Manifest): string => `${namespace}/${name}`

const waitedFor = (manifest: Manifest): readonly string[] =>
  listAt(manifest.value, 'spec', 'dependsOn').map(
    (each) => `${textAt(each, 'namespace') ?? manifest.namespace}/${textAt(each, 'name') ?? ''}`,
  )

function orderFaults(manifest: Manifest, all: readonly Manifest[]): readonly Fault[] {
  const byKey = new Map(all.map((each) => [keyOf(each), each]))
  const missing = waitedFor(manifest).filter((key) => !byKey.has(key))
  return [
    ...missing.map((key) => ({
      message: `depends on ${key}, which does not exist`,
      mend: 'write the name of a Kustomization into spec.dependsOn, and its namespace if it is another one',
    })),
    ...(isInCircle(manifest, byKey)
      ? [
          {
            message: 'waits for itself by way of what it depends on',
            mend: 'let each layer depend on the one below it only',
          },
        ]
      : []),
  ]
}

function isInCircle(start: Manifest, byKey: ReadonlyMap<string, Manifest>): boolean {
  const seen = new Set<string>()
  const queue = [...waitedFor(start)]
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (key === keyOf(start)) return true
    const next = byKey.get(key)
    if (next === undefined || seen.has(key)) continue
    seen.add(key)
    queue.push(...waitedFor(next))
  }
  return false
}

const SOURCE_MS: Range = { min: 30_000, max: 600_000, words: '1m, and from 30s to 10m' }
const APPLY_MS: Range = { min: 60_000, max: 3_600_000, words: '10m, and from 1m to 1h' }

type Range = Readonly<{ min: number; max: number; words: string }>

const sourceFaults = (manifest: Manifest): readonly Fault[] =>
  intervalFaults(textAt(manifest.value, 'spec', 'interval'), SOURCE_MS)

function intervalFaults(interval: string | undefined, { min, max, words }: Range): readonly Fault[] {
  const ms = durationMs(interval)
  if (ms !== undefined && ms >= min && ms <= max) return []
  return [{ message: `looks every ${shown(interval)}`, mend: `write spec.interval, such as ${words}` }]
}

function timeFaults({ manifest, objects }: Sync): readonly Fault[] {
  const { value } = manifest
  const retry = textAt(value, 'spec', 'retryInterval')
  const timeout = textAt(value, 'spec', 'timeout')
  const timeoutMs = durationMs(timeout)
  const slow = slowestOf(objects)
  return [
    ...intervalFaults(textAt(value, 'spec', 'interval'), APPLY_MS),
    ...((durationMs(retry) ?? Infinity) <= (durationMs(textAt(value, 'spec', 'interval')) ?? 0)
      ? []
      : [{ message: `tries again after ${shown(retry)}`, mend: 'write spec.retryInterval, such as 2m' }]),
    ...(timeoutMs === undefined
      ? [{ message: 'has no timeout of its own', mend: 'write spec.timeout, longer than a rollout may take' }]
      : []),
    ...(timeoutMs !== undefined && slow !== undefined && slow.seconds * 1000 >= timeoutMs
      ? [
          {
            message: `gives up after ${shown(timeout)}, before ${slow.title} may, after ${slow.seconds}s`,
            mend: 'make spec.timeout longer, or the deadline shorter',
          },
        ]
      : []),
  ]
}

type Slow = Readonly<{ seconds: number; title: string }>

/** What a rollout has by default until it counts as stuck. */
const PROGRESS_SECONDS = 600

/** The object that may take longest until it has failed. */
function slowestOf(objects: readonly Manifest[]): Slow | undefined {
  const slow = objects.flatMap(({ kind, name, value }): readonly Slow[] => {
    if (kind === 'Deployment') {
      const seconds = numberAt(value, 'spec', 'progressDeadlineSeconds') ?? PROGRESS_SECONDS
      return [{ seconds, title: `Deployment ${name}` }]
    }
    const deadline = kind === 'Job' ? numberAt(value, 'spec', 'activeDeadlineSeconds') : undefined
    return deadline === undefined ? [] : [{ seconds: deadline, title: `Job ${name}` }]
  })
  return slow.toSorted((left, right) => right.seconds - left.seconds)[0]
}
