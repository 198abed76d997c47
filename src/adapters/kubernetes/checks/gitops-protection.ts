import { deployed } from '../check.ts'
import type { AuditInput, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at, textAt } from '../value.ts'
import { activeSyncs, syncsOf, usesEngine } from './gitops-syncs.ts'
import type { Engine, Sync } from './gitops-syncs.ts'
import { problemOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** What the reconcilers may delete, and what they must be able to replace. */
export const gitopsProtectionChecks: readonly Check[] = [
  {
    id: 'G08',
    severity: 'high',
    title: 'what is gone from Git is pruned, but never a namespace or data',
    run: (input) => [...unpruned(input), ...unprotected(input)],
  },
  {
    id: 'G12',
    severity: 'high',
    title: 'Flux and Argo CD may make a Job anew, since a Job cannot be changed',
    run: (input) =>
      eachDeployed(input).flatMap((manifest) =>
        manifest.kind === 'Job' ? jobFaults(manifest, input).map((fault) => problemOf(manifest, fault)) : [],
      ),
  },
]

/** Objects of the deployed builds, and of what GitOps applies besides, each once. */
function eachDeployed(input: AuditInput): readonly Manifest[] {
  const objects = new Map<string, Manifest>()
  const synced = syncsOf(input).flatMap((sync) => sync.objects)
  for (const manifest of [...deployed(input).flatMap(({ manifests }) => manifests), ...synced]) {
    const key = `${manifest.kind}|${manifest.namespace}|${manifest.name}`
    if (!objects.has(key)) objects.set(key, manifest)
  }
  return [...objects.values()]
}

const unpruned = (input: AuditInput): readonly Problem[] =>
  syncsOf(input)
    .filter((sync) => !isPruning(sync))
    .map(({ engine, manifest }) =>
      problemOf(manifest, {
        message: 'leaves in the cluster what is gone from Git',
        mend: `write prune: true into ${engine === 'flux' ? 'spec' : 'spec.syncPolicy.automated'}`,
      }),
    )

const isPruning = ({ engine, manifest }: Sync): boolean =>
  at(manifest.value, 'spec', ...(engine === 'flux' ? ['prune'] : ['syncPolicy', 'automated', 'prune'])) ===
  true

const unprotected = (input: AuditInput): readonly Problem[] =>
  eachDeployed(input).flatMap((manifest) =>
    protectionFaults(manifest, input).map((fault) => problemOf(manifest, fault)),
  )

function protectionFaults(manifest: Manifest, input: AuditInput): readonly Fault[] {
  if (manifest.kind === 'StatefulSet') return retentionFaults(manifest)
  if (manifest.kind !== 'Namespace' && manifest.kind !== 'PersistentVolumeClaim') return []
  return [
    ...(usesEngine(input, 'flux') && !isSparedByFlux(manifest)
      ? [
          {
            message: 'is deleted by Flux when it is gone from Git, with all that it holds',
            mend: 'annotate it with kustomize.toolkit.fluxcd.io/prune: disabled',
          },
        ]
      : []),
    ...(usesEngine(input, 'argo') && !isSparedByArgo(manifest)
      ? [
          {
            message: 'is deleted by Argo CD without being asked, with all that it holds',
            mend: 'annotate it with argocd.argoproj.io/sync-options: Prune=confirm,Delete=confirm',
          },
        ]
      : []),
  ]
}

const PRUNE = 'kustomize.toolkit.fluxcd.io/prune'

const isSparedByFlux = ({ annotations, labels }: Manifest): boolean =>
  [annotations[PRUNE], labels[PRUNE]].some((value) => value?.toLowerCase() === 'disabled')

function isSparedByArgo({ annotations }: Manifest): boolean {
  const options = optionsOf(annotations['argocd.argoproj.io/sync-options'])
  return ['Prune', 'Delete'].every((verb) =>
    options.some((option) => option === `${verb}=confirm` || option === `${verb}=false`),
  )
}

const optionsOf = (text = ''): readonly string[] => text.split(',').map((option) => option.trim())

const retentionFaults = ({ value }: Manifest): readonly Fault[] =>
  textAt(value, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete'
    ? [
        {
          message: 'takes its volumes with it when it is deleted',
          mend: 'write whenDeleted: Retain into spec.persistentVolumeClaimRetentionPolicy',
        },
      ]
    : []

const FORCE = 'kustomize.toolkit.fluxcd.io/force'

function jobFaults(manifest: Manifest, input: AuditInput): readonly Fault[] {
  const { annotations, labels } = manifest
  const isForced = [annotations[FORCE], labels[FORCE]].some((value) => value?.toLowerCase() === 'enabled')
  return [
    ...(isAppliedBy('flux', manifest, input) && !isForced
      ? [
          {
            message: 'cannot be changed, so that Flux fails at its next version',
            mend: `annotate it with ${FORCE}: enabled`,
          },
        ]
      : []),
    ...(isAppliedBy('argo', manifest, input) && !isRemadeByArgo(manifest)
      ? [
          {
            message: 'cannot be changed, so that Argo CD fails at its next version',
            mend:
              'annotate it with argocd.argoproj.io/hook: Sync and ' +
              'argocd.argoproj.io/hook-delete-policy: BeforeHookCreation',
          },
        ]
      : []),
  ]
}

const isAppliedBy = (engine: Engine, { kind, name, namespace }: Manifest, input: AuditInput): boolean =>
  activeSyncs(input, engine).some(({ objects }) =>
    objects.some((each) => each.kind === kind && each.name === name && each.namespace === namespace),
  )

/** A hook without a policy is deleted before it is made anew, too. */
function isRemadeByArgo({ annotations }: Manifest): boolean {
  const policies = optionsOf(annotations['argocd.argoproj.io/hook-delete-policy'] ?? 'BeforeHookCreation')
  const options = optionsOf(annotations['argocd.argoproj.io/sync-options'])
  if (annotations['argocd.argoproj.io/hook'] !== undefined) return policies.includes('BeforeHookCreation')
  return options.includes('Replace=true') && options.includes('Force=true')
}
