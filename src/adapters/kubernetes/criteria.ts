import type { AuditOutcome, CheckResult } from './audit-outcome.ts'
import { deployed } from './check.ts'
import type { AuditInput } from './check.ts'
import { kustomizationsOf } from './kustomization.ts'
import { groupOf } from './manifest.ts'
import { listAt } from './value.ts'
import { workloadsOf } from './workload.ts'

/** One acceptance criterion, the checks that prove it, and what must be there for them to prove anything. */
export type Criterion = Readonly<{
  name: string
  checks: readonly string[]
  /** What is missing; null where the checks have something to look at. */
  missing: (input: AuditInput) => string | null
}>

/** The eight lines that the delivery is accepted by. */
export const criteria: readonly Criterion[] = [
  { name: 'All services stateless', checks: ['W04', 'W15', 'X09', 'X10'], missing: missingServices },
  {
    name: 'ConfigMaps/Secrets',
    checks: ['R08', 'X06', 'X07', 'X08', 'X16', 'X17', 'S01', 'S02', 'S04'],
    missing: missingConfiguration,
  },
  { name: 'Resource limits', checks: ['W11', 'X24'], missing: missingServices },
  { name: 'Liveness/Readiness probes', checks: ['W12', 'W13', 'X05'], missing: missingServices },
  {
    name: 'GitOps reconcile',
    checks: ['R09', 'G01', 'G02', 'G03', 'G04', 'G05', 'G06', 'G07', 'G15', 'G16'],
    missing: missingGitops,
  },
  { name: 'Helm/Kustomize', checks: ['R01', 'R02', 'R03', 'R07'], missing: missingKustomization },
  {
    name: 'All services in K8s',
    checks: ['X01', 'X02', 'X03', 'X04', 'X14', 'X19', 'X20'],
    missing: missingServices,
  },
  {
    name: 'No manual config',
    checks: ['R05', 'S03', 'G08', 'D01', 'D02', 'D03', 'D04'],
    missing: missingGitops,
  },
]

/** A service that the settings list and an environment lacks; without a list, any workload will do. */
function missingServices(input: AuditInput): string | null {
  const builds = deployed(input)
  const services = listAt(input.settings, 'services').map(String)
  if (builds.length === 0) return 'nothing is deployed'
  for (const build of builds) {
    const names = workloadsOf(build.manifests).map(({ name }) => name)
    if (names.length === 0) return `${build.path} has no workload`
    const gone = services.find((service) => !names.includes(service))
    if (gone !== undefined) return `${build.path} has no ${gone}`
  }
  return null
}

function missingConfiguration(input: AuditInput): string | null {
  const holders = ['ConfigMap', 'Secret', 'SealedSecret', 'ExternalSecret']
  const bare = deployed(input).find(({ manifests }) => !manifests.some(({ kind }) => holders.includes(kind)))
  return bare === undefined ? missingServices(input) : `${bare.path} has no ConfigMap and no Secret`
}

/** The objects that make an engine reconcile, not those that only help it. */
export const isFluxSync = (manifest: AuditInput['gitops'][number]): boolean =>
  groupOf(manifest) === 'kustomize.toolkit.fluxcd.io'
export const isArgoSync = (manifest: AuditInput['gitops'][number]): boolean =>
  ['Application', 'ApplicationSet'].includes(manifest.kind) && groupOf(manifest) === 'argoproj.io'

function missingGitops({ gitops }: AuditInput): string | null {
  const isThere = gitops.some((manifest) => isFluxSync(manifest) || isArgoSync(manifest))
  return isThere ? null : 'no Kustomization of Flux and no Application of Argo CD'
}

function missingKustomization({ files }: AuditInput): string | null {
  const hasChart = files.some(({ path }) => /(?:^|\/)Chart\.yaml$/.test(path))
  return kustomizationsOf(files).length > 0 || hasChart ? null : 'no kustomization and no chart'
}

export type CriterionResult = Readonly<{
  name: string
  ok: boolean
  checks: readonly string[]
  /** What its checks had to be shown and were not; left out where nothing is missing. */
  missing?: string
}>

/** A criterion holds when its subject is there, and each check passed or is waived for a reason. */
export function judgeCriteria({ results }: AuditOutcome, input: AuditInput): readonly CriterionResult[] {
  const byId = new Map(results.map((result) => [result.id, result]))
  return criteria.map(({ name, checks, missing: missingIn }) => {
    const missing = missingIn(input)
    const ok = missing === null && checks.every((id) => isProof(byId.get(id)))
    return { name, ok, checks, ...(missing === null ? {} : { missing }) }
  })
}

const isProof = (result: CheckResult | undefined): boolean =>
  result?.outcome === 'passed' || result?.outcome === 'waived'
