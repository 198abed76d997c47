import type { Check } from '../check.ts'
import { at, listAt, numberAt, textAt } from '../value.ts'
import { syncsOf } from './gitops-syncs.ts'
import type { Sync } from './gitops-syncs.ts'
import { problemOf, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** How Argo CD applies, tries again, and lets go. */
export const argoSyncChecks: readonly Check[] = [
  {
    id: 'G18',
    severity: 'medium',
    title: 'Argo CD applies server-side, prunes last, tries again, and deletes production never',
    run: (input) =>
      syncsOf(input)
        .filter(({ engine }) => engine === 'argo')
        .flatMap((sync) =>
          [
            ...optionFaults(sync),
            ...policyFaults(sync),
            ...differenceFaults(sync),
            ...deletionFaults(sync),
          ].map((fault) => problemOf(sync.manifest, fault)),
        ),
  },
]

const WANTED: Readonly<Record<string, string>> = {
  'ServerSideApply=true': 'so that large objects and fields of others are no trouble',
  'PruneLast=true': 'so that what is gone goes when what is new is healthy',
}

const optionsOf = ({ manifest }: Sync): readonly string[] =>
  textsOf(listAt(manifest.value, 'spec', 'syncPolicy', 'syncOptions'))

const optionFaults = (sync: Sync): readonly Fault[] =>
  Object.entries(WANTED)
    .filter(([option]) => !optionsOf(sync).includes(option))
    .map(([option, why]) => ({
      message: `syncs without ${option}`,
      mend: `write it into spec.syncPolicy.syncOptions, ${why}`,
    }))

function policyFaults({ manifest: { value } }: Sync): readonly Fault[] {
  const automated = at(value, 'spec', 'syncPolicy', 'automated')
  const isOn = automated !== undefined && at(automated, 'enabled') !== false
  return [
    ...(isOn && at(automated, 'selfHeal') === true
      ? []
      : [
          {
            message: 'leaves changes in the cluster as they are',
            mend: 'write spec.syncPolicy.automated with selfHeal: true',
          },
        ]),
    ...((numberAt(value, 'spec', 'syncPolicy', 'retry', 'limit') ?? 0) === 0
      ? [{ message: 'gives up after the first failed sync', mend: 'write spec.syncPolicy.retry' }]
      : []),
  ]
}

const SCALERS: readonly string[] = ['HorizontalPodAutoscaler', 'ScaledObject']

/** Replicas that nobody else sets are ours. */
function differenceFaults(sync: Sync): readonly Fault[] {
  const { manifest, objects } = sync
  const ignores = listAt(manifest.value, 'spec', 'ignoreDifferences').some((each) =>
    [...textsOf(listAt(each, 'jsonPointers')), ...textsOf(listAt(each, 'jqPathExpressions'))].some((path) =>
      /^[/.]spec[/.]replicas$/.test(path),
    ),
  )
  if (!ignores) return []
  const hasScaler = objects.some(({ kind }) => SCALERS.includes(kind))
  return [
    ...(hasScaler
      ? []
      : [
          {
            message: 'looks away from replicas, which nothing but Git sets',
            mend: 'leave out ignoreDifferences of /spec/replicas, which is for what a scaler sets',
          },
        ]),
    ...(optionsOf(sync).includes('RespectIgnoreDifferences=true')
      ? []
      : [
          {
            message: 'sets replicas back at each sync, though it does not look at them',
            mend: 'write RespectIgnoreDifferences=true into spec.syncPolicy.syncOptions',
          },
        ]),
  ]
}

const FINALIZER = 'resources-finalizer.argocd.argoproj.io'

function deletionFaults({ manifest, environment }: Sync): readonly Fault[] {
  const finalizers = textsOf(listAt(manifest.value, 'metadata', 'finalizers'))
  const isProduction = /^prod/.test(environment ?? textAt(manifest.value, 'metadata', 'name') ?? '')
  return isProduction && finalizers.some((each) => each.startsWith(FINALIZER))
    ? [
        {
          message: 'takes production with it when it is deleted',
          mend: `leave the finalizer ${FINALIZER} out`,
        },
      ]
    : []
}
