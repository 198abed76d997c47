import type { Build, Check } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at, isRecord, listAt, numberAt, textAt, textsAt } from '../value.ts'
import type { Value, ValueRecord } from '../value.ts'
import { selects, workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { portOf, probeNames } from './container-probes.ts'
import { eachContainer, eachOfKind, lastingContainers } from './scope.ts'
import type { Fault } from './scope.ts'

/** Ports by which Services and probes reach containers. */
export const servicePortChecks: readonly Check[] = [
  {
    id: 'X04',
    severity: 'blocker',
    title: 'Every port of a Service leads to a port of its containers, and names of ports are unique',
    run: eachOfKind('Service', (service, build) => [...targetFaults(service, build), ...nameFaults(service)]),
  },
  {
    id: 'X05',
    severity: 'high',
    title: 'Probes and hooks call ports that their containers declare',
    run: eachContainer(({ value }) => handlerFaults(value)),
  },
]

type Port = Readonly<{ name: string | undefined; number: number | undefined; protocol: string }>

const portsOf = (container: ValueRecord): readonly Port[] =>
  listAt(container, 'ports').map((port) => ({
    name: textAt(port, 'name'),
    number: numberAt(port, 'containerPort'),
    protocol: textAt(port, 'protocol') ?? 'TCP',
  }))

const portAt = (value: Value | undefined, key: string): string | number | undefined =>
  textAt(value, key) ?? numberAt(value, key)

function targetFaults(service: Manifest, { manifests }: Build): readonly Fault[] {
  const selector = textsAt(service.value, 'spec', 'selector')
  const targets = workloadsOf(manifests).filter(
    ({ namespace, podLabels }) => namespace === service.namespace && selects(selector, podLabels),
  )
  return listAt(service.value, 'spec', 'ports').flatMap((port) =>
    targets.flatMap((workload) => {
      const target = portAt(port, 'targetPort') ?? numberAt(port, 'port') ?? 0
      const protocol = textAt(port, 'protocol') ?? 'TCP'
      if (hasPort(workload, target, protocol)) return []
      const [from, who] = [portAt(port, 'port') ?? '', `${workload.kind} ${workload.name}`]
      const message = `its port ${from} leads to ${target} (${protocol}), which no container of ${who} declares`
      return [{ message, mend: 'let targetPort be the name of a port of the container' }]
    }),
  )
}

const hasPort = (workload: Workload, target: string | number, protocol: string): boolean =>
  lastingContainers(workload)
    .flatMap(({ value }) => portsOf(value))
    .some((port) => (port.name === target || port.number === target) && port.protocol === protocol)

function nameFaults({ value }: Manifest): readonly Fault[] {
  const ports = listAt(value, 'spec', 'ports')
  const names = ports.map((port) => textAt(port, 'name') ?? '')
  const keys = ports.map((port) => `${portAt(port, 'port') ?? ''} (${textAt(port, 'protocol') ?? 'TCP'})`)
  const faults: Fault[] = []
  if (ports.length > 1 && names.includes('')) {
    faults.push({ message: 'it has several ports, and one of them no name', mend: 'name each of its ports' })
  }
  for (const twice of [...repeated(names.filter((name) => name !== '')), ...repeated(keys)]) {
    faults.push({ message: `it has the port ${twice} twice`, mend: 'take one of them out or rename it' })
  }
  return faults
}

const repeated = (texts: readonly string[]): readonly string[] => [
  ...new Set(texts.filter((text, index) => texts.indexOf(text) !== index)),
]

function handlerFaults(container: ValueRecord): readonly Fault[] {
  const ports = portsOf(container)
  const names = ports.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const doubled = repeated(names).map((name) => ({
    message: `it names two ports ${name}`,
    mend: 'rename one of them',
  }))
  const handlers = [
    ...probeNames.map((name) => [name, at(container, name)] as const),
    ...['postStart', 'preStop'].map((name) => [name, at(container, 'lifecycle', name)] as const),
  ]
  const stray = handlers.flatMap(([name, handler]) => {
    const port = isRecord(handler) ? portOf(handler) : undefined
    if (port === undefined || ports.some((each) => each.name === port || each.number === port)) return []
    return [
      { message: `${name} calls port ${port}, which it does not declare`, mend: 'call one of its ports' },
    ]
  })
  return [...doubled, ...stray]
}
