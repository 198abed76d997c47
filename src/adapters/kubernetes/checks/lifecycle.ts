import type { AuditInput, Build, Check } from '../check.ts'
import { at, isRecord, listAt, numberAt, recordAt, textsAt } from '../value.ts'
import type { ValueRecord } from '../value.ts'
import { selects } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { eachWorkload, lastingContainers, runsForGood, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** How a pod comes and goes while others take its place. */
export const lifecycleChecks: readonly Check[] = [
  {
    id: 'W14',
    severity: 'high',
    title: 'Pods that serve are drained before they end, and have the time for it',
    run: eachWorkload((workload, build, input) =>
      isServing(workload, build) ? drainFaults(workload, input) : [],
    ),
  },
  {
    id: 'W18',
    severity: 'low',
    title: 'Histories, settling times and deadlines of rollouts are set',
    run: eachWorkload(rolloutFaults),
  },
]

const isServing = (workload: Workload, { manifests }: Build): boolean =>
  runsForGood(workload) &&
  manifests.some(
    ({ kind, namespace, value }) =>
      kind === 'Service' &&
      namespace === workload.namespace &&
      selects(textsAt(value, 'spec', 'selector'), workload.podLabels),
  )

/** Kubernetes' own default. */
const GRACE_SECONDS = 30
/** What a program has for its own end, unless `drainSeconds` of the settings says otherwise. */
const DRAIN_SECONDS = 10

function drainFaults(workload: Workload, { settings }: AuditInput): readonly Fault[] {
  const graceSet = numberAt(workload.podSpec, 'terminationGracePeriodSeconds')
  const grace = graceSet ?? GRACE_SECONDS
  const drain = numberAt(settings, 'drainSeconds') ?? DRAIN_SECONDS
  // Nobody takes over from a pod with a name of its own: what counts for it is the time to end well.
  const mayEndAtOnce = workload.kind === 'StatefulSet' && graceSet !== undefined
  return lastingContainers(workload)
    .filter(({ value }) => listAt(value, 'ports').length > 0)
    .flatMap(({ name, value }) => {
      const hook = at(value, 'lifecycle', 'preStop')
      if (!isRecord(hook)) {
        if (mayEndAtOnce) return []
        return [
          {
            message: `container ${name}: it is told to stop while Services still send to it`,
            mend: 'set lifecycle.preStop.sleep.seconds: 5',
          },
        ]
      }
      const slept = sleepSeconds(hook)
      if (slept + drain <= grace) return []
      return [
        {
          message:
            `container ${name}: terminationGracePeriodSeconds is ${grace}, less than ` +
            `${slept} s of preStop and ${drain} s to drain`,
          mend: `set terminationGracePeriodSeconds to ${slept + drain} or more`,
        },
      ]
    })
}

/** How long a preStop hook sleeps; 0 for what does not. */
function sleepSeconds(hook: ValueRecord): number {
  const native = numberAt(hook, 'sleep', 'seconds')
  if (native !== undefined) return native
  const command = textsOf(listAt(hook, 'exec', 'command')).join(' ')
  return Number(/\bsleep (\d+(?:\.\d+)?)/.exec(command)?.[1] ?? 0)
}

function rolloutFaults({ kind, manifest }: Workload): readonly Fault[] {
  const keys: Readonly<Record<string, readonly string[]>> = {
    Deployment: ['revisionHistoryLimit', 'minReadySeconds', 'progressDeadlineSeconds'],
    StatefulSet: ['revisionHistoryLimit', 'minReadySeconds'],
    DaemonSet: ['revisionHistoryLimit', 'minReadySeconds'],
  }
  const spec = recordAt(manifest.value, 'spec')
  const missing = (keys[kind] ?? []).filter((key) => typeof spec[key] !== 'number')
  if (missing.length === 0) return []
  return [{ message: `${missing.join(', ')} not set`, mend: `set ${missing.join(', ')} under spec` }]
}
