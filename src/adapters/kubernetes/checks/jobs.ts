import { deployed } from '../check.ts'
import type { AuditInput, Check, Problem } from '../check.ts'
import { groupOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { at, numberAt, recordAt, textAt } from '../value.ts'
import type { ValueRecord } from '../value.ts'
import { problemOf, shown } from './scope.ts'
import type { Fault } from './scope.ts'

/** X26: Jobs end, do not pile up, and stay where GitOps looks for them. */
export const jobChecks: readonly Check[] = [
  {
    id: 'X26',
    severity: 'medium',
    title: 'Jobs and CronJobs have deadlines, limits and histories, and Flux finds its Jobs where they ended',
    run: jobProblems,
  },
]

function jobProblems(input: AuditInput): readonly Problem[] {
  const hasFlux = input.gitops.some((manifest) => groupOf(manifest) === 'kustomize.toolkit.fluxcd.io')
  return deployed(input).flatMap(({ manifests }) =>
    manifests.flatMap((manifest) => faultsOf(manifest, hasFlux).map((fault) => problemOf(manifest, fault))),
  )
}

function faultsOf({ kind, value }: Manifest, hasFlux: boolean): readonly Fault[] {
  if (kind === 'CronJob') {
    return [
      ...cronFaults(recordAt(value, 'spec')),
      ...runFaults(recordAt(value, 'spec', 'jobTemplate', 'spec')),
    ]
  }
  if (kind !== 'Job') return []
  const spec = recordAt(value, 'spec')
  const isCleared = hasFlux && at(spec, 'ttlSecondsAfterFinished') !== undefined
  return [
    ...runFaults(spec),
    ...(isCleared
      ? [
          {
            message: 'ttlSecondsAfterFinished deletes it, and Flux runs it again at the next reconciliation',
            mend: 'Take ttlSecondsAfterFinished out.',
          },
        ]
      : []),
  ]
}

function runFaults(spec: ValueRecord): readonly Fault[] {
  const policy = textAt(spec, 'template', 'spec', 'restartPolicy')
  return [
    ...absent(spec, 'activeDeadlineSeconds', 'so that it may run for ever'),
    ...absent(spec, 'backoffLimit', 'so that it is tried six times again'),
    ...(policy === 'Never' || policy === 'OnFailure'
      ? []
      : [{ message: `restartPolicy is ${shown(policy)}`, mend: 'Write Never or OnFailure.' }]),
  ]
}

function cronFaults(spec: ValueRecord): readonly Fault[] {
  const policy = textAt(spec, 'concurrencyPolicy') ?? 'Allow'
  const schedule = textAt(spec, 'schedule') ?? ''
  const starting = numberAt(spec, 'startingDeadlineSeconds')
  return [
    ...(policy === 'Allow'
      ? [{ message: 'two runs may overlap', mend: 'Write `concurrencyPolicy: Forbid`.' }]
      : []),
    ...(isSchedule(schedule)
      ? []
      : [
          {
            message: `schedule ${shown(schedule)} is none`,
            mend: 'Write five fields, or @daily and the like.',
          },
        ]),
    ...absent(spec, 'startingDeadlineSeconds', 'so that 100 missed starts stop it for good'),
    ...(starting !== undefined && starting < 10
      ? [
          {
            message: `startingDeadlineSeconds is ${starting}, less than one look of the controller`,
            mend: 'Write 10 or more.',
          },
        ]
      : []),
    ...absent(spec, 'successfulJobsHistoryLimit', 'so that nobody has decided how many stay'),
    ...absent(spec, 'failedJobsHistoryLimit', 'so that nobody has decided how many stay'),
  ]
}

const absent = (spec: ValueRecord, key: string, why: string): readonly Fault[] =>
  numberAt(spec, key) === undefined ? [{ message: `has no ${key}, ${why}`, mend: `Set ${key}.` }] : []

/** Five fields of numbers, names, ranges and steps, or a word. */
const isSchedule = (text: string): boolean =>
  /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(text) ||
  /^(?:[\d*?A-Za-z]+(?:[-/,][\d*A-Za-z]+)*)(?:\s+[\d*?A-Za-z]+(?:[-/,][\d*A-Za-z]+)*){4}$/.test(text)
