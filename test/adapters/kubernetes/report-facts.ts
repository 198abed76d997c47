import { sampleInput, sampleManifests } from './audit-sample.ts'
import { deploymentText } from './check-run.ts'
import { runAudit } from '../../../src/adapters/kubernetes/audit-outcome.ts'
import type { RatedProblem } from '../../../src/adapters/kubernetes/audit-outcome.ts'
import type { AuditInput } from '../../../src/adapters/kubernetes/check.ts'
import { checks } from '../../../src/adapters/kubernetes/checks.ts'
import { judgeCriteria } from '../../../src/adapters/kubernetes/criteria.ts'
import { liveChecks } from '../../../src/adapters/kubernetes/live-checks.ts'
import type { ReportFacts } from '../../../src/adapters/kubernetes/report-proof.ts'

/** What a report is made of when the checks say this of an input: problems by id, else that all is well. */
export function reportFacts(
  input: AuditInput,
  problems: Readonly<Record<string, readonly RatedProblem[]>> = {},
  hasCluster = true,
): ReportFacts {
  const outcome = runAudit({
    checks: checks.map((check) => ({ ...check, run: () => problems[check.id] ?? [] })),
    ...{ input, given: new Map(), today: '2026-01-06' },
    live: new Map(hasCluster ? liveChecks.map(({ id }) => [id, problems[id] ?? []]) : []),
  })
  return { input, outcome, criteria: judgeCriteria(outcome, input), today: '2026-01-06', version: '1.2.3' }
}

/** An input that has something for every check to look at. */
export const completeInput = sampleInput(
  `${deploymentText()}${deploymentText({ name: 'prometheus' })}${deploymentText({ name: 'grafana' })}
kind: ConfigMap
apiVersion: v1
metadata: { name: web, namespace: shop }
---
kind: Job
apiVersion: batch/v1
metadata: { name: migrate, namespace: shop }
`,
  {
    files: [
      ...Array.from({ length: 30 }, (_, index) => ({ path: `doc-${index}.md`, text: 'word '.repeat(500) })),
      { path: 'deploy.sh', text: 'set -eu\n' },
      { path: 'overlays/prod/kustomization.yaml', text: 'resources: []\n' },
    ],
    gitops: sampleManifests(`
kind: GitRepository
apiVersion: source.toolkit.fluxcd.io/v1
metadata: { name: shop }
---
kind: Kustomization
apiVersion: kustomize.toolkit.fluxcd.io/v1
metadata: { name: shop-prod }
---
kind: Application
apiVersion: argoproj.io/v1alpha1
metadata: { name: shop-prod }
`),
  },
)
