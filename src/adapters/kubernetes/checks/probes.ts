import type { Build, Check } from '../check.ts'
import { at, listAt, numberAt, textAt } from '../value.ts'
import type { ValueRecord } from '../value.ts'
import type { Workload } from '../workload.ts'
import { actionOf, probeNames, probeOf, probedContainers } from './container-probes.ts'
import { eachWorkload, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** How a pod says that it has started, that it serves and that it lives. */
export const probeChecks: readonly Check[] = [
  {
    id: 'W12',
    severity: 'high',
    title: 'Readiness and liveness are probed by different actions, and slow starters have a startup probe',
    run: eachWorkload((workload) => [
      ...faultsOfEach(workload, (container) => presence(container, workload)),
      ...faultsOfEach(workload, timing),
    ]),
  },
  {
    id: 'W13',
    severity: 'medium',
    title: 'Liveness depends on the process alone, not on what the process calls',
    run: eachWorkload((workload, build) =>
      faultsOfEach(workload, (container) => dependence(container, workload, build)),
    ),
  },
]

const faultsOfEach = (
  workload: Workload,
  faultsOf: (container: ValueRecord) => readonly Fault[],
): readonly Fault[] =>
  probedContainers(workload).flatMap(({ name, value }) =>
    faultsOf(value).map(({ message, mend }) => ({ message: `container ${name}: ${message}`, mend })),
  )

function presence(container: ValueRecord, { kind }: Workload): readonly Fault[] {
  const readiness = probeOf(container, 'readinessProbe')
  const liveness = probeOf(container, 'livenessProbe')
  const faults: Fault[] = []
  if (readiness === null) {
    faults.push({ message: 'it has no readinessProbe', mend: 'probe what says that it can serve' })
  }
  if (liveness === null) {
    faults.push({ message: 'it has no livenessProbe', mend: 'probe what says that its process lives' })
  }
  if (readiness !== null && liveness !== null && actionOf(readiness) === actionOf(liveness)) {
    faults.push({
      message: `readiness and liveness are the same ${actionOf(liveness)}: a pod that waits is killed`,
      mend: 'probe readiness where dependencies count, and liveness where they do not',
    })
  }
  // A delay before liveness guesses how long the start takes, and what keeps data may recover for long.
  const isSlow = (numberAt(liveness ?? {}, 'initialDelaySeconds') ?? 0) > 0 || kind === 'StatefulSet'
  if (liveness !== null && isSlow && probeOf(container, 'startupProbe') === null) {
    faults.push({
      message: 'it starts slowly and has no startupProbe',
      mend: 'add a startupProbe whose failureThreshold times periodSeconds covers the worst start',
    })
  }
  return faults
}

/** Kubernetes' own defaults: a probe each 10 s that waits for 1 s. */
const timing = (container: ValueRecord): readonly Fault[] =>
  probeNames.flatMap((name) => {
    const probe = probeOf(container, name)
    if (probe === null) return []
    const timeout = numberAt(probe, 'timeoutSeconds') ?? 1
    const period = numberAt(probe, 'periodSeconds') ?? 10
    if (timeout <= period) return []
    return [
      {
        message: `${name} waits for ${timeout} s and is made each ${period} s`,
        mend: 'let timeoutSeconds be periodSeconds at most',
      },
    ]
  })

/** A host as clients take it: by an option or in an address. */
const HOST = /(?:\s-h[ =]?|--host[ =]|:\/\/(?:[^@/\s]*@)?)([a-z0-9][a-z0-9.-]*)/g

function dependence(container: ValueRecord, { namespace }: Workload, { manifests }: Build): readonly Fault[] {
  const liveness = probeOf(container, 'livenessProbe')
  if (liveness === null) return []
  const path = textAt(liveness, 'httpGet', 'path')
  const readyPath = textAt(probeOf(container, 'readinessProbe') ?? {}, 'httpGet', 'path')
  const isSamePort = at(liveness, 'httpGet', 'port') === at(container, 'readinessProbe', 'httpGet', 'port')
  const mend = 'let liveness ask for a path that looks at nothing but the process, such as /health/live'
  if (path !== undefined && path === readyPath && isSamePort) {
    return [{ message: `liveness asks for ${path}, as readiness does`, mend }]
  }
  if (path !== undefined && /ready/i.test(path)) {
    return [{ message: `liveness asks for ${path}, which tells of readiness`, mend }]
  }
  const command = textsOf(listAt(liveness, 'exec', 'command')).join(' ')
  const hosts = [...command.matchAll(HOST)].map(([, host = '']) => host.split('.')[0] ?? '')
  const services = manifests.filter((each) => each.kind === 'Service' && each.namespace === namespace)
  const called = services.find(({ name }) => hosts.includes(name))
  if (called === undefined) return []
  return [
    { message: `liveness calls the Service ${called.name}`, mend: 'call the own process, by 127.0.0.1' },
  ]
}
