import type { AuditInput, Build, Check } from '../check.ts'
import { listAt, recordAt, textAt } from '../value.ts'
import type { Workload } from '../workload.ts'
import { variablesOf } from './pod-variables.ts'
import { replicaRange } from './replica-range.ts'
import { eachWorkload, isProduction, objectNamed, shown, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** How many pods do the same work, and what they may share. */
export const replicaChecks: readonly Check[] = [
  {
    id: 'W15',
    severity: 'high',
    title: 'A Deployment with a claim that one node mounts is recreated, not rolled',
    run: eachWorkload(rollingClaims),
  },
  {
    id: 'W16',
    severity: 'high',
    title: 'Services have two spread replicas in production, and no two pods do work that is meant for one',
    run: eachWorkload((workload, build, input) => [
      ...countFaults(workload, build, input),
      ...spreadFaults(workload, build),
      ...doubledWork(workload, build, input),
    ]),
  },
]

function rollingClaims(workload: Workload, { manifests }: Build): readonly Fault[] {
  if (workload.kind !== 'Deployment') return []
  const strategy = textAt(workload.manifest.value, 'spec', 'strategy', 'type') ?? 'RollingUpdate'
  if (strategy === 'Recreate') return []
  return listAt(workload.podSpec, 'volumes')
    .map((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName'))
    .filter((name) => name !== undefined)
    .filter((name) => {
      const claim = objectNamed(manifests, 'PersistentVolumeClaim', name, workload.namespace)
      const modes = listAt(claim?.value, 'spec', 'accessModes')
      return modes.some((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod')
    })
    .map((name) => ({
      message: `its new pod waits for the claim ${name}, which its old pod holds (${strategy})`,
      mend: 'set strategy.type: Recreate, or make it a StatefulSet with a volumeClaimTemplate',
    }))
}

function countFaults(workload: Workload, build: Build, { settings }: AuditInput): readonly Fault[] {
  if (!isProduction(build) || workload.kind !== 'Deployment') return []
  const { min } = replicaRange(workload, build.manifests)
  if (min >= 2) return []
  if (textsOf(listAt(settings, 'services')).includes(workload.name)) {
    const mend = 'set replicas: 2 or more in the overlay'
    return [{ message: `it is a service, and has replicas: ${min} in production`, mend }]
  }
  const isSingle = textAt(workload.manifest.value, 'spec', 'strategy', 'type') === 'Recreate'
  if (isSingle || textAt(settings, 'singletons', workload.name) !== undefined) return []
  return [
    {
      message: `it has replicas: ${min} in production, and nothing says that it must be alone`,
      mend: 'set replicas: 2; or strategy.type: Recreate; or give the reason under singletons in audit.yaml',
    },
  ]
}

function spreadFaults(workload: Workload, build: Build): readonly Fault[] {
  if (workload.kind === 'DaemonSet' || replicaRange(workload, build.manifests).min < 2) return []
  const affinity = recordAt(workload.podSpec, 'affinity', 'podAntiAffinity')
  if (listAt(workload.podSpec, 'topologySpreadConstraints').length > 0) return []
  if (Object.keys(affinity).length > 0) return []
  return [
    {
      message: 'its replicas may all run on one node',
      mend: 'set topologySpreadConstraints over kubernetes.io/hostname, or podAntiAffinity',
    },
  ]
}

/** Variables of those who listen to a message bus. */
const BUS = /^(?:REDIS|NATS|KAFKA|AMQP|RABBITMQ|MQTT|PULSAR)_/

/** Two pods that hear the same message do its work twice unless one leads; only people know whether. */
function doubledWork(workload: Workload, build: Build, { settings }: AuditInput): readonly Fault[] {
  if (textsOf(listAt(settings, 'services')).includes(workload.name)) return []
  const { max } = replicaRange(workload, build.manifests)
  const bus = variablesOf(workload, build.manifests).find((name) => BUS.test(name))
  if (workload.kind === 'DaemonSet' || max < 2 || bus === undefined) return []
  return [
    {
      message: `${shown(max)} pods of it listen to one bus (${bus}), and nothing says that one of them leads`,
      mend: 'set replicas: 1; or name it under services in audit.yaml, if a lease or a group parts the work',
    },
  ]
}
