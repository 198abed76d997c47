import type { AuditInput, Check } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, textAt, textsAt } from '../value.ts'
import type { Value } from '../value.ts'
import { selects } from '../workload.ts'
import { isKnownSecret } from './flux-secrets.ts'
import { gitopsObjects, usesEngine } from './gitops-syncs.ts'
import { problemOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** That people hear of what Flux could not do. */
export const fluxNotificationChecks: readonly Check[] = [
  {
    id: 'G13',
    severity: 'medium',
    title: 'failures of Flux reach people: alerts with a provider, about objects that exist',
    run: (input) => [
      ...(usesEngine(input, 'flux') && !hasAlert(input)
        ? [
            {
              file: null,
              object: '',
              message: 'no Alert of Flux tells anybody of a failure',
              mend: 'write a Provider and an Alert about the Kustomizations',
            },
          ]
        : []),
      ...gitopsObjects(input).flatMap((manifest) =>
        faultsOf(manifest, input).map((fault) => problemOf(manifest, fault)),
      ),
    ],
  },
]

const hasAlert = (input: AuditInput): boolean =>
  gitopsObjects(input).some(
    ({ kind, value }) =>
      kind === 'Alert' &&
      listAt(value, 'spec', 'eventSources').some((source) => textAt(source, 'kind') === 'Kustomization'),
  )

function faultsOf(manifest: Manifest, input: AuditInput): readonly Fault[] {
  switch (manifest.kind) {
    case 'Alert':
      return [
        ...providerFaults(manifest, input),
        ...targetFaults(manifest, listAt(manifest.value, 'spec', 'eventSources'), input),
      ]
    case 'Receiver':
      return [
        ...secretFaults(manifest, input),
        ...targetFaults(manifest, listAt(manifest.value, 'spec', 'resources'), input),
      ]
    case 'Provider':
      return secretFaults(manifest, input)
    default:
      return []
  }
}

function providerFaults(manifest: Manifest, input: AuditInput): readonly Fault[] {
  const name = textAt(manifest.value, 'spec', 'providerRef', 'name') ?? ''
  const isThere = gitopsObjects(input).some(
    (each) => each.kind === 'Provider' && each.name === name && each.namespace === manifest.namespace,
  )
  return isThere
    ? []
    : [{ message: `tells the Provider ${name}, which does not exist`, mend: 'write it, or name another one' }]
}

function secretFaults(manifest: Manifest, input: AuditInput): readonly Fault[] {
  const name = textAt(manifest.value, 'spec', 'secretRef', 'name')
  if (name === undefined || isKnownSecret(input, name, manifest.namespace)) return []
  return [
    {
      message: `needs the Secret ${name}, and no guide says how to make it`,
      mend: 'write down how it is made, and with which keys',
    },
  ]
}

const targetFaults = (manifest: Manifest, targets: readonly Value[], input: AuditInput): readonly Fault[] =>
  targets
    .filter((target) => !gitopsObjects(input).some((each) => isMeant(each, target, manifest.namespace)))
    .map((target) => ({
      message: `is about ${textAt(target, 'kind') ?? ''} ${textAt(target, 'name') ?? ''}, which does not exist`,
      mend: 'name objects that exist',
    }))

/** `*` means every name, or those with the labels. */
function isMeant(each: Manifest, target: Value, namespace: string): boolean {
  const name = textAt(target, 'name')
  const labels = textsAt(target, 'matchLabels')
  return (
    each.kind === textAt(target, 'kind') &&
    each.namespace === (textAt(target, 'namespace') ?? namespace) &&
    (name === '*' ? Object.keys(labels).length === 0 || selects(labels, each.labels) : each.name === name)
  )
}
