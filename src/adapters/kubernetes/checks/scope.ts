import { deployed } from '../check.ts'
import type { AuditInput, Build, Problem } from '../check.ts'
import { groupOf, identityOf, titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Container, Workload, WorkloadKind } from '../workload.ts'

/** What is wrong with an object that is known already. */
export type Fault = Readonly<{ message: string; mend: string }>

/** A problem of one object, with its place as far as it is known. */
export const problemOf = (manifest: Manifest, { message, mend }: Fault): Problem => ({
  file: manifest.file,
  ...(manifest.line > 0 ? { line: manifest.line } : {}),
  object: titleOf(manifest),
  message,
  mend,
})

/** Runs of a check that looks at one workload at a time, in every build that is deployed. */
export const eachWorkload =
  (faultsOf: (workload: Workload, build: Build, input: AuditInput) => readonly Fault[]) =>
  (input: AuditInput): readonly Problem[] =>
    deployed(input).flatMap((build) =>
      workloadsOf(build.manifests).flatMap((workload) =>
        faultsOf(workload, build, input).map((fault) => problemOf(workload.manifest, fault)),
      ),
    )

/** Likewise one container at a time; its name begins the message. */
export const eachContainer = (
  faultsOf: (container: Container, workload: Workload, build: Build, input: AuditInput) => readonly Fault[],
): ((input: AuditInput) => readonly Problem[]) =>
  eachWorkload((workload, build, input) =>
    workload.containers.flatMap((container) =>
      faultsOf(container, workload, build, input).map(({ message, mend }) => ({
        message: `container ${container.name}: ${message}`,
        mend,
      })),
    ),
  )

/** Objects of one kind in every build that is deployed, each with its build. */
export const eachOfKind =
  (kind: string, faultsOf: (manifest: Manifest, build: Build, input: AuditInput) => readonly Fault[]) =>
  (input: AuditInput): readonly Problem[] =>
    deployed(input).flatMap((build) =>
      build.manifests
        .filter((manifest) => manifest.kind === kind)
        .flatMap((manifest) => faultsOf(manifest, build, input).map((fault) => problemOf(manifest, fault))),
    )

const longRunning: readonly WorkloadKind[] = ['Deployment', 'StatefulSet', 'DaemonSet']

/** Whether its pods are meant to run for good. */
export const runsForGood = ({ kind }: Workload): boolean => longRunning.includes(kind)

/** The containers that run as long as the pod does: no init containers but sidecars. */
export const lastingContainers = ({ containers }: Workload): readonly Container[] =>
  containers.filter(({ isInit, value }) => !isInit || textAt(value, 'restartPolicy') === 'Always')

/** Overlays named prod, production and the like. */
export const isProduction = ({ environment }: Build): boolean => /^prod/.test(environment ?? '')

/**
 * Every object that comes to the clusters: of the deployed builds, and of the folders that GitOps applies
 * besides. What two of them hold alike is there once.
 */
export function clusterManifests(input: AuditInput): readonly Manifest[] {
  const whole = deployed(input)
  const paths = gitopsPaths(input)
  const applied = input.builds.filter(
    (build) =>
      !whole.includes(build) &&
      (build.environment === null || input.environments.includes(build.environment)) &&
      paths.some((path) => path === build.path || path.endsWith(`/${build.path}`)),
  )
  const objects = new Map<string, Manifest>()
  for (const manifest of [...whole, ...applied].flatMap(({ manifests }) => manifests)) {
    if (!objects.has(identityOf(manifest))) objects.set(identityOf(manifest), manifest)
  }
  return [...objects.values()]
}

/** Folders that Flux and Argo CD apply, without `./` and a slash at the end. */
const gitopsPaths = ({ gitops }: AuditInput): readonly string[] =>
  gitops
    .flatMap((manifest) => {
      const { kind, value } = manifest
      if (kind === 'Kustomization' && groupOf(manifest) === 'kustomize.toolkit.fluxcd.io') {
        return [textAt(value, 'spec', 'path')]
      }
      if (kind !== 'Application') return []
      const sources = listAt(value, 'spec', 'sources').map((source) => textAt(source, 'path'))
      return [textAt(value, 'spec', 'source', 'path'), ...sources]
    })
    .filter((path) => path !== undefined)
    .map((path) => path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, ''))

/** The first object of a kind with that name in a namespace. */
export const objectNamed = (
  manifests: readonly Manifest[],
  kind: string,
  name: string,
  namespace: string,
): Manifest | undefined =>
  manifests.find(
    (manifest) => manifest.kind === kind && manifest.name === name && manifest.namespace === namespace,
  )

/** A value as a message shows it. */
export const shown = (value: Value | undefined): string =>
  value === undefined ? 'nothing' : JSON.stringify(value)

/** The texts of a list. */
export const textsOf = (list: readonly Value[]): readonly string[] =>
  list.filter((each) => typeof each === 'string')
