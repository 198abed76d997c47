import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at, listAt, textAt } from '../value.ts'
import { workloadOf } from '../workload.ts'
import { problemOf, textsOf } from './scope.ts'

/** X25: manifests name nothing that only one cluster has. */
export const clusterNameChecks: readonly Check[] = [
  {
    id: 'X25',
    severity: 'medium',
    title: 'Storage, ingress and priority classes, nodes and addresses of one cluster are not written in',
    run: (input) => deployed(input).flatMap((build) => nameProblems(input, build)),
  },
]

/** A class that an object asks for, and the kind that would define it. */
type ClassName = Readonly<{ what: string; name: string; kind: string; setting: string }>

const SYSTEM_PRIORITY = /^system-(?:cluster|node)-critical$/

function nameProblems(input: AuditInput, build: Build): readonly Problem[] {
  const defined = [...input.builds.flatMap(({ manifests }) => manifests), ...input.gitops]
  const isThere = ({ kind, name, setting }: ClassName): boolean =>
    defined.some((each) => each.kind === kind && each.name === name) ||
    textsOf(listAt(input.settings, setting)).includes(name)
  return build.manifests.flatMap((manifest) => [
    ...classNamesOf(manifest)
      .filter((each) => !each.name.includes('${') && !isThere(each))
      .map(({ what, name, kind, setting }) =>
        problemOf(manifest, {
          message: `${what} is ${name}, a ${kind} that nothing here defines`,
          mend: `Leave it out for the default, set it in an overlay, or list it in ${setting} of audit.yaml.`,
        }),
      ),
    ...placesOf(manifest).map((message) =>
      problemOf(manifest, { message, mend: 'Take it out, or set it in the overlay of one cluster.' }),
    ),
  ])
}

function classNamesOf(manifest: Manifest): readonly ClassName[] {
  const { kind, value } = manifest
  const claims = [
    ...(kind === 'PersistentVolumeClaim' ? [value] : []),
    ...listAt(value, 'spec', 'volumeClaimTemplates'),
  ]
  const named = (
    what: string,
    name: string | undefined,
    of: string,
    setting: string,
  ): readonly ClassName[] => (name === undefined || name === '' ? [] : [{ what, name, kind: of, setting }])
  const ingress = kind === 'Ingress' ? textAt(value, 'spec', 'ingressClassName') : undefined
  const gateway = kind === 'Gateway' ? textAt(value, 'spec', 'gatewayClassName') : undefined
  const priority = textAt(workloadOf(manifest)?.podSpec, 'priorityClassName')
  return [
    ...claims.flatMap((claim) =>
      named('storageClassName', textAt(claim, 'spec', 'storageClassName'), 'StorageClass', 'storageClasses'),
    ),
    ...named('ingressClassName', ingress, 'IngressClass', 'ingressClasses'),
    ...named('gatewayClassName', gateway, 'GatewayClass', 'gatewayClasses'),
    ...(SYSTEM_PRIORITY.test(priority ?? '')
      ? []
      : named('priorityClassName', priority, 'PriorityClass', 'priorityClasses')),
  ]
}

/** Nodes and addresses that stand in an object. */
function placesOf(manifest: Manifest): readonly string[] {
  const { kind, value } = manifest
  const podSpec = workloadOf(manifest)?.podSpec
  const node = textAt(podSpec, 'nodeName')
  const host = textAt(podSpec, 'nodeSelector', 'kubernetes.io/hostname')
  const address = kind === 'Service' ? textAt(value, 'spec', 'clusterIP') : undefined
  const balancer = kind === 'Service' ? textAt(value, 'spec', 'loadBalancerIP') : undefined
  const ports = kind === 'Service' ? listAt(value, 'spec', 'ports') : []
  return [
    ...(node === undefined ? [] : [`nodeName is ${node}`]),
    ...(host === undefined ? [] : [`nodeSelector asks for the host ${host}`]),
    ...(address === undefined || address === 'None' || address === '' ? [] : [`clusterIP is ${address}`]),
    ...(balancer === undefined ? [] : [`loadBalancerIP is ${balancer}`]),
    ...ports.flatMap((port) => {
      const number = at(port, 'nodePort')
      return typeof number === 'number' ? [`nodePort is ${number}`] : []
    }),
  ]
}
