import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { recordAt } from '../value.ts'
import { workloadOf, workloadsOf } from '../workload.ts'
import { patchProblems } from './patches.ts'
import { problemOf } from './scope.ts'
import type { Fault } from './scope.ts'
import { isSameNamespace } from './service-directory.ts'

/** X27: every object says what it belongs to, and every patch does something. */
export const labelChecks: readonly Check[] = [
  {
    id: 'X27',
    severity: 'medium',
    title: 'Recommended labels are complete, each component has a name, and every patch has an effect',
    run: (input) => [
      ...deployed(input).flatMap((build) => [...labelProblems(input, build), ...nameProblems(build)]),
      ...patchProblems(input),
    ],
  },
]

const PREFIX = 'app.kubernetes.io/'
const NAME = `${PREFIX}name`
const INSTANCE = `${PREFIX}instance`
const RECOMMENDED = [NAME, INSTANCE, `${PREFIX}part-of`, `${PREFIX}component`, `${PREFIX}managed-by`]

const labelProblems = (input: AuditInput, build: Build): readonly Problem[] =>
  build.manifests.flatMap((manifest) =>
    [...missingFaults(manifest), ...instanceFaults(input, build, manifest), ...podFaults(manifest)].map(
      (fault) => problemOf(manifest, fault),
    ),
  )

function missingFaults({ labels }: Manifest): readonly Fault[] {
  const missing = RECOMMENDED.filter((label) => (labels[label] ?? '') === '')
  if (missing.length === 0) return []
  const names = missing.map((label) => label.slice(PREFIX.length)).join(', ')
  return [
    {
      message: `lacks labels of ${PREFIX.slice(0, -1)}: ${names}`,
      mend: 'Set the labels in the kustomization.',
    },
  ]
}

/** Where the settings list environments, the instance is the environment. */
function instanceFaults(
  { settings }: AuditInput,
  { environment }: Build,
  { labels }: Manifest,
): readonly Fault[] {
  const instance = labels[INSTANCE]
  if (environment === null || instance === undefined || instance === environment) return []
  if (recordAt(settings, 'environments')[environment] === undefined) return []
  const message = `label ${INSTANCE} is ${instance} in environment ${environment}`
  return [{ message, mend: `Set it to ${environment} in the overlay.` }]
}

/** Pods bear the name of their workload. */
function podFaults(manifest: Manifest): readonly Fault[] {
  const workload = workloadOf(manifest)
  if (workload === null || workload.kind === 'Pod') return []
  const [own, pods] = [manifest.labels[NAME], workload.podLabels[NAME]]
  if (own === pods && own !== undefined) return []
  if (own === undefined && pods === undefined) return []
  const message = `its label ${NAME} is ${own ?? 'not set'}, and ${pods ?? 'not set'} on its pods`
  return [{ message, mend: 'Write the same name at both.' }]
}

/** Two workloads of one name are one component to every selector. */
const nameProblems = ({ manifests }: Build): readonly Problem[] => {
  const workloads = workloadsOf(manifests)
  return workloads.flatMap((workload, index) => {
    const name = workload.podLabels[NAME]
    const twin = workloads
      .slice(0, index)
      .find((each) => each.podLabels[NAME] === name && isSameNamespace(each.namespace, workload.namespace))
    if (name === undefined || twin === undefined) return []
    const message = `its pods are named ${name}, as those of ${twin.kind} ${twin.name}`
    return [problemOf(workload.manifest, { message, mend: `Give it a ${NAME} of its own.` })]
  })
}
