import { deployed } from './check.ts'
import type { Build } from './check.ts'
import { budgetOf, fileGroups, kindCounts, memoryText, sizeText, workloadLines } from './inventory.ts'
import type { WorkloadLine } from './inventory.ts'
import { groupOf } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import {
  claim,
  claimLine,
  evidenceOf,
  factLine,
  heading,
  markdownTable,
  MARKS,
  standingOf,
} from './report-proof.ts'
import type { Claim, ReportFacts, Standing } from './report-proof.ts'
import { listAt, textAt } from './value.ts'
import { workloadsOf } from './workload.ts'

type Part = readonly string[]

/** Sections 1 to 9: what lies in the folder, and what was found of it. */
export const findingSections = (facts: ReportFacts): Part => [
  ...fileInventory(facts),
  ...resources(facts),
  ...infrastructure(facts),
  ...applications(facts),
  ...overlays(facts),
  ...gitops(facts),
  ...security(facts),
  ...automation(facts),
  ...documentation(facts),
]

const section = (facts: ReportFacts, title: string, checks: readonly string[]): string =>
  heading(3, title, standingOf(checks, facts))

const lines = (facts: ReportFacts, claims: readonly Claim[]): string =>
  claims.map((each) => claimLine(each, facts)).join('\n')

/** What a table says of one thing: how many findings name it. */
function statusOf({ outcome }: ReportFacts, isOwn: (file: string, object: string) => boolean): string {
  const count = outcome.findings.filter(({ file, object }) => isOwn(file ?? '', object)).length
  return count === 0 ? `${MARKS.holds} no finding` : `${MARKS.fails} ${count} findings`
}

function fileInventory(facts: ReportFacts): Part {
  const groups = fileGroups(facts.input)
  const files = groups.flatMap(({ paths }) => paths)
  const bytes = groups.reduce((sum, group) => sum + group.bytes, 0)
  const rows = groups.map(({ category, paths, bytes: own }) => [
    ...[category, `${paths.length}`, sizeText(own)],
    statusOf(facts, (file) => paths.includes(file)),
  ])
  return [
    section(facts, '1. File Inventory', ['R02']),
    `**Total Files**: ${files.length} (${sizeText(bytes)})`,
    markdownTable(['Category', 'Count', 'Size', 'Status'], rows),
    lines(facts, [claim('every file is read, as strict YAML where it is YAML', 'R02')]),
  ]
}

function resources(facts: ReportFacts): Part {
  const { builds } = facts.input
  const told = builds.filter(({ isWhole, path }) => isWhole || /(?:^|\/)base$/.test(path))
  return [
    section(facts, '2. Kubernetes Resources', ['R01', 'R02']),
    ...told.flatMap((build) => [
      `**${build.path}** (${build.manifests.length} resources):`,
      build.error === null
        ? kindCounts(build)
            .map(({ kind, count }) => `- ${count} ${kind}`)
            .join('\n')
        : `- ${MARKS.fails} does not build`,
    ]),
    '**Validation**:',
    ['```bash', ...builds.map(buildLine), '```'].join('\n'),
    lines(facts, [
      claim('every kustomization builds, with and without load restriction', 'R01'),
      claim('every object is valid by the schema of its kind', 'R02', 'R03'),
      claim('an overlay is the sum of its layers', 'R09'),
    ]),
  ]
}

const buildLine = ({ path, error, manifests }: Build): string =>
  `kubectl kustomize ${path}  # ${error === null ? `${MARKS.holds} ${manifests.length} resources` : MARKS.fails}`

const isApplication = ({ input }: ReportFacts, { name }: WorkloadLine): boolean =>
  listAt(input.settings, 'services').includes(name) ||
  (listAt(input.settings, 'services').length === 0 && /(?:ws|signal|risk|execution|db[-_]writer)$/.test(name))

const ofWorkload = (facts: ReportFacts, { name }: WorkloadLine): string =>
  statusOf(facts, (_file, object) => object.split(/[ /]/).includes(name))

function infrastructure(facts: ReportFacts): Part {
  const rows = workloadLines(facts.input)
    .filter((line) => !isApplication(facts, line))
    .map((line) => [line.name, line.kind, line.limits, ofWorkload(facts, line)])
  return [
    section(facts, '3. Infrastructure Services', ['W01', 'W04', 'W12', 'X09', 'X11']),
    rows.length === 0 ? 'None.' : markdownTable(['Service', 'Type', 'Limits', 'Status'], rows),
    '**Security Features**:',
    lines(facts, [
      claim('Non-root containers', 'W01', 'W08'),
      claim('Read-only root filesystem', 'W04'),
      claim('Seccomp profiles', 'W01'),
      claim('Health probes configured', 'W12'),
      claim('Persistent storage', 'X09', 'X10', 'X11'),
    ]),
  ]
}

function applications(facts: ReportFacts): Part {
  const own = workloadLines(facts.input).filter((line) => isApplication(facts, line))
  const environments = deployed(facts.input).map(({ environment, path }) => environment ?? path)
  const rows = own.map((line) => [
    ...[line.name, line.ports.join(', '), line.replicas.map((count) => count ?? 'none').join('/')],
    ...[line.limits, ofWorkload(facts, line)],
  ])
  const head = ['Service', 'Port', `Replicas (${environments.join('/')})`, 'Limits', 'Status']
  return [
    section(facts, '4. Application Services', ['W11', 'W12', 'W13', 'W01', 'X03', 'X04', 'X20']),
    own.length === 0 ? 'None.' : markdownTable(head, rows),
    '**All Services Include**:',
    lines(facts, [
      claim('Liveness probes, of the process alone', 'W12', 'W13', 'X05'),
      claim('Readiness probes', 'W12', 'X05'),
      claim('Resource requests & limits', 'W11', 'X24'),
      claim('Security contexts', 'W01', 'W02', 'W04', 'W07'),
      claim('Service definitions', 'X03', 'X04'),
      claim('Prometheus finds them', 'X20', 'X15'),
    ]),
  ]
}

function overlays(facts: ReportFacts): Part {
  const builds = deployed(facts.input).filter(({ environment }) => environment !== null)
  const largest = Math.max(0, ...builds.map((build) => budgetOf(build).memory))
  return [
    section(facts, '5. Environment Overlays', ['R01', 'R09', 'X17', 'G07']),
    ...(builds.length === 0 ? ['None.'] : []),
    ...builds.flatMap((build) => [
      `**${build.environment ?? ''}** (\`${build.path}/\`):`,
      overlayLines(build, largest),
    ]),
    lines(facts, [
      claim('What shall differ between environments does', 'X17'),
      claim('No two environments share a namespace', 'G07'),
      claim('Several replicas are spread, and survive a drain', 'W16', 'X12'),
    ]),
  ]
}

/** Numbers of an overlay, which are shown and not judged. */
function overlayLines(build: Build, largest: number): string {
  const { memory, cpu } = budgetOf(build)
  const replicas = workloadsOf(build.manifests)
    .filter(({ kind }) => kind === 'Deployment')
    .map((workload) => workload.replicas ?? 0)
  const levels = build.manifests.flatMap(({ kind, value }) =>
    kind === 'ConfigMap'
      ? (textAt(value, 'data', 'CDB_LOG_LEVEL') ?? textAt(value, 'data', 'LOG_LEVEL') ?? [])
      : [],
  )
  const share = largest === 0 ? 0 : Math.round((memory / largest) * 100)
  const range = `${Math.min(...replicas)} to ${Math.max(...replicas)}`
  const sum = `${memoryText(memory)}, ${Math.round(cpu * 1000)}m`
  return [
    `- Replicas of a Deployment: ${replicas.length === 0 ? 'none' : range}`,
    `- Limits of all pods: ${sum} (${share}% of the largest overlay's memory)`,
    `- Log level: ${[...new Set(levels)].join(', ') || 'not set'}`,
  ].join('\n')
}

const names = (manifests: readonly Manifest[]): string =>
  manifests.length === 0 ? 'none' : manifests.map(({ name }) => name).join(', ')

/** One of the two engines is enough: the other is not there, which is no fault. */
const isThere = (manifests: readonly Manifest[]): Standing => (manifests.length > 0 ? 'holds' : 'notRun')

function gitops(facts: ReportFacts): Part {
  const { gitops: objects } = facts.input
  const ofKind = (kind: string, group: string): readonly Manifest[] =>
    objects.filter((each) => each.kind === kind && groupOf(each) === group)
  const sources = ofKind('GitRepository', 'source.toolkit.fluxcd.io')
  const kustomizations = ofKind('Kustomization', 'kustomize.toolkit.fluxcd.io')
  const applicationsOf = ofKind('Application', 'argoproj.io')
  return [
    section(facts, '6. GitOps Configuration', ['G01', 'G02', 'G03', 'G04', 'G05', 'G15']),
    '**FluxCD**:',
    [
      factLine('GitRepository', isThere(sources), names(sources)),
      factLine(`${kustomizations.length} Kustomizations`, isThere(kustomizations), names(kustomizations)),
      lines(facts, [
        claim('Sources and paths exist and build', 'G01', 'G02', 'G11'),
        claim('Health checks defined', 'G03'),
        claim('Dependency management', 'G04', 'G06', 'G12'),
        claim('Auto-reconcile, in sane intervals', 'G09'),
        claim('Own service accounts', 'G10'),
        claim('What holds data is not pruned', 'G08'),
        claim('Notifications and image automation', 'G13', 'G14'),
      ]),
    ].join('\n'),
    '**ArgoCD**:',
    [
      factLine(`${applicationsOf.length} Applications`, isThere(applicationsOf), names(applicationsOf)),
      lines(facts, [
        claim('Project, path and namespace fit', 'G16'),
        claim('Sync in order', 'G17'),
        claim('Automatic sync, self-heal and retry', 'G18'),
        claim('Alternative to FluxCD, never beside it', 'G05', 'G15'),
      ]),
    ].join('\n'),
  ]
}

function security(facts: ReportFacts): Part {
  const open = deployed(facts.input)
    .flatMap(({ manifests }) => manifests)
    .filter(
      ({ kind, value }) =>
        kind === 'Service' && ['NodePort', 'LoadBalancer'].includes(textAt(value, 'spec', 'type') ?? ''),
    )
  return [
    section(facts, '7. Security Audit', [
      'W01',
      'W02',
      'W03',
      'W04',
      'S01',
      'S02',
      'S03',
      'S04',
      'X18',
      'X19',
      'X23',
    ]),
    '**Container Security**:',
    lines(facts, [
      claim('Non-root execution, as a known user', 'W01', 'W07', 'W08'),
      claim('Read-only root filesystem', 'W04'),
      claim('Dropped ALL capabilities', 'W01'),
      claim('Seccomp RuntimeDefault profile', 'W01'),
      claim('No privilege escalation, nothing of the host', 'W01', 'W02'),
      claim('The namespace enforces it', 'W03'),
      claim('Own service account, no token', 'W05', 'W06', 'X23'),
      claim('Images are pinned', 'W09', 'W10'),
    ]),
    '**Secret Management**:',
    lines(facts, [
      claim('No Secret in what is deployed', 'S01', 'S03'),
      claim('No hardcoded secrets', 'S02', 'W19'),
      claim('Every way to give secrets gives the same keys', 'X08', 'S07', 'S08'),
      claim('A pod gets the keys that it needs, as files', 'S04', 'S05', 'S06'),
      claim('The guide shows what the cluster takes', 'R03', 'D06'),
    ]),
    '**Network Security**:',
    [
      factLine(
        'ClusterIP services, internal only',
        open.length === 0 ? 'holds' : 'fails',
        open.length === 0 ? 'no other type' : names(open),
      ),
      lines(facts, [
        claim('Network policies, closed by default', 'X18'),
        claim('Exactly the declared flows', 'X19'),
      ]),
    ].join('\n'),
  ]
}

const sizeRows = (facts: ReportFacts, pattern: RegExp): readonly (readonly string[])[] =>
  facts.input.files
    .filter(({ path }) => pattern.test(path))
    .map(({ path, text }) => [
      path,
      sizeText(Buffer.byteLength(text)),
      statusOf(facts, (file) => file === path),
    ])

function automation(facts: ReportFacts): Part {
  const rows = sizeRows(facts, /\.(?:sh|ps1)$/)
  return [
    section(facts, '8. Automation', ['D01', 'D02', 'D03', 'D04', 'D05']),
    rows.length === 0 ? 'None.' : markdownTable(['Script', 'Size', 'Status'], rows),
    lines(facts, [
      claim('Pre-flight checks, from any folder', 'D04'),
      claim('No failure is swallowed', 'D01'),
      claim('What they name exists', 'D02'),
      claim('Health check monitoring', 'D03'),
      claim('Cleanup of one environment, with safety prompts', 'D05'),
    ]),
  ]
}

function documentation(facts: ReportFacts): Part {
  const rows = sizeRows(facts, /\.md$/)
  const standing: Standing = rows.length === 0 ? 'fails' : standingOf(['D06'], facts)
  return [
    heading(3, '9. Documentation', standing),
    rows.length === 0 ? 'None.' : markdownTable(['Document', 'Size', 'Status'], rows),
    `**Documentation Coverage** (${evidenceOf(['D06', 'D02', 'R03'], facts)}):`,
    lines(facts, [
      claim('Commands and manifests in documents are valid', 'D06', 'R03'),
      claim('What documents name exists', 'D02'),
      claim('Secrets management: each way has the same keys', 'X08'),
    ]),
  ]
}
