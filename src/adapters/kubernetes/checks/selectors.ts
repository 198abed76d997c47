import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { at, listAt, recordAt, textAt, textsAt } from '../value.ts'
import { selects, workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { isEmptySelector, matchesLabels } from './label-selector.ts'
import { clusterManifests, eachWorkload, objectNamed, problemOf, runsForGood, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** Who is meant by the labels that an object asks for. */
export const selectorChecks: readonly Check[] = [
  {
    id: 'X01',
    severity: 'blocker',
    title: 'The selector of every workload means its own pods',
    run: eachWorkload(ownPods),
  },
  {
    id: 'X02',
    severity: 'blocker',
    title: 'No two workloads of a namespace select the same pods, over all that is deployed',
    run: sharedPods,
  },
  {
    id: 'X03',
    severity: 'blocker',
    title: 'Every Service selects the pods of exactly one workload, over all that is deployed',
    run: serviceTargets,
  },
  {
    id: 'X11',
    severity: 'high',
    title: 'The Service that names the pods of a StatefulSet exists, is headless and selects them',
    run: eachWorkload(governingService),
  },
]

const selectorOf = ({ manifest }: Workload) => recordAt(manifest.value, 'spec', 'selector')

function ownPods(workload: Workload): readonly Fault[] {
  if (!runsForGood(workload)) return []
  const mend = 'let spec.selector.matchLabels be among the labels of spec.template.metadata'
  if (isEmptySelector(selectorOf(workload))) return [{ message: 'it has no selector', mend }]
  if (matchesLabels(selectorOf(workload), workload.podLabels)) return []
  const message = `its selector ${JSON.stringify(selectorOf(workload))} does not mean its own pods`
  return [{ message, mend }]
}

function sharedPods(input: AuditInput): readonly Problem[] {
  const all = workloadsOf(clusterManifests(input))
  return all.filter(runsForGood).flatMap((workload) => {
    const selector = selectorOf(workload)
    if (isEmptySelector(selector)) return []
    const others = all.filter(
      (other) =>
        other !== workload &&
        other.namespace === workload.namespace &&
        matchesLabels(selector, other.podLabels),
    )
    if (others.length === 0) return []
    const names = others.map(({ manifest }) => titleOf(manifest)).join(', ')
    return [
      problemOf(workload.manifest, {
        message: `its selector also means the pods of ${names}`,
        mend: 'give each environment a namespace of its own, and each workload a label of its own',
      }),
    ]
  })
}

function serviceTargets(input: AuditInput): readonly Problem[] {
  const manifests = clusterManifests(input)
  const workloads = workloadsOf(manifests)
  return manifests
    .filter(({ kind }) => kind === 'Service')
    .flatMap((service) => {
      const selector = textsAt(service.value, 'spec', 'selector')
      if (Object.keys(selector).length === 0 || isOfOperator(selector, manifests)) return []
      const found = workloads.filter(
        ({ namespace, podLabels }) => namespace === service.namespace && selects(selector, podLabels),
      )
      const expected = textsOf(listAt(input.settings, 'serviceTargets', service.name))
      if (isExpected(found, expected)) return []
      const names = found.map(({ manifest }) => titleOf(manifest)).join(', ')
      return [
        problemOf(service, {
          message:
            found.length === 0
              ? `it selects nothing by ${JSON.stringify(selector)}`
              : `it sends to ${found.length} workloads: ${names}`,
          mend:
            found.length === 0
              ? 'let spec.selector be among the labels of its pods'
              : 'give each environment a namespace of its own, and each workload a label of its own',
        }),
      ]
    })
}

/** One workload; or exactly those that `serviceTargets` of the settings names. */
function isExpected(found: readonly Workload[], expected: readonly string[]): boolean {
  if (expected.length === 0) return found.length === 1
  const names = found.map(({ name }) => name).sort()
  return JSON.stringify(names) === JSON.stringify([...expected].sort())
}

/** Pods that CloudNativePG makes of a rendered Cluster stand in no manifest. */
const isOfOperator = (selector: Readonly<Record<string, string>>, manifests: readonly Manifest[]): boolean =>
  manifests.some(({ kind, name }) => kind === 'Cluster' && name === selector['cnpg.io/cluster'])

function governingService(workload: Workload, { manifests }: Build): readonly Fault[] {
  if (workload.kind !== 'StatefulSet') return []
  const name = textAt(workload.manifest.value, 'spec', 'serviceName')
  if (name === undefined) {
    return [{ message: 'it has no serviceName', mend: 'set spec.serviceName to its headless Service' }]
  }
  const service = objectNamed(manifests, 'Service', name, workload.namespace)
  if (service === undefined) {
    return [{ message: `its Service ${name} is not rendered`, mend: `write the Service ${name}` }]
  }
  const faults: Fault[] = []
  if (at(service.value, 'spec', 'clusterIP') !== 'None') {
    faults.push({
      message: `its Service ${name} is not headless, so its pods have no names`,
      mend: `set clusterIP: None in a Service of its own and name that in serviceName`,
    })
  }
  if (!selects(textsAt(service.value, 'spec', 'selector'), workload.podLabels)) {
    faults.push({ message: `its Service ${name} does not select its pods`, mend: 'mend the selector' })
  }
  return faults
}
