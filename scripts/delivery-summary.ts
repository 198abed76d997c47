import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { runAudit } from '../src/adapters/kubernetes/audit-outcome.ts'
import type { AuditOutcome } from '../src/adapters/kubernetes/audit-outcome.ts'
import type { AuditInput, SourceFile } from '../src/adapters/kubernetes/check.ts'
import { checks } from '../src/adapters/kubernetes/checks.ts'
import { judgeCriteria } from '../src/adapters/kubernetes/criteria.ts'
import { fileGroups, sizeText } from '../src/adapters/kubernetes/inventory.ts'
import { readAuditedFolder } from '../src/cli/audited-folder.ts'
import type { AuditedFolder } from '../src/cli/audited-folder.ts'
import * as tables from './delivery-tables.ts'
import { writeGenerated } from './generated-files.ts'
import { readFlowTable } from './network-policies.ts'

/*
 * Writes k8s/DELIVERY_SUMMARY.md, and the marked blocks of pages of k8s, from what kubectl renders:
 * node scripts/delivery-summary.ts. With --check it writes nothing, and ends with 1 where a file differs.
 */
const k8s = join(import.meta.dirname, '..', 'k8s')
const SUMMARY = 'DELIVERY_SUMMARY.md'

/** What a marked block holds, by its name. */
const blocks: Readonly<Record<string, (input: AuditInput) => string>> = {
  workloads: tables.workloadTable,
  objects: tables.objectTable,
  demand: (input) => tables.demandTable(input, (environment) => environment === 'dev'),
}

const MARKED = /^<!-- generated: ([a-z-]+) -->\n[\s\S]*?^<!-- end -->$/gm

/** A page with its marked blocks written anew. Throws where a block has a name that nobody knows. */
export const filled = (page: string, input: AuditInput): string =>
  page.replaceAll(MARKED, (_, name: string) => {
    const write = blocks[name]
    if (write === undefined)
      throw new Error(`no table is called ${name}; there are ${Object.keys(blocks).join(', ')}`)
    return `<!-- generated: ${name} -->\n\n${write(input)}\n\n<!-- end -->`
  })

/** The pages that are written, by their path below k8s. */
export async function deliveryPages({ input, given }: AuditedFolder): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>()
  for (const { path, text } of input.files) {
    if (!path.includes('/') && path.endsWith('.md') && text.search(MARKED) >= 0) {
      pages.set(path, await formatted(filled(text, input)))
    }
  }
  // The audit reads these pages too, so it is run over them as they will be.
  const parts = summaryParts(withFiles(input, pages))
  const draft = withFiles(input, new Map([...pages, [SUMMARY, await formatted(parts.join('\n\n'))]]))
  const today = new Date().toISOString().slice(0, 10)
  const outcome = runAudit({ checks, input: draft, given, live: new Map(), today })
  pages.set(SUMMARY, await formatted([...parts, ...auditParts(outcome, draft)].join('\n\n')))
  return pages
}

const formatted = async (text: string): Promise<string> => {
  const options = await resolveConfig(join(k8s, SUMMARY))
  return format(text, { ...options, parser: 'markdown' })
}

const withFiles = (input: AuditInput, pages: ReadonlyMap<string, string>): AuditInput => {
  const others = input.files.filter(({ path }) => !pages.has(path))
  const files = [...others, ...[...pages].map(([path, text]): SourceFile => ({ path, text }))]
  return { ...input, files: files.toSorted((left, right) => (left.path < right.path ? -1 : 1)) }
}

function summaryParts(input: AuditInput): readonly string[] {
  return [
    '# Delivery summary',
    'What is deployed, in lists. `node scripts/delivery-summary.ts` writes them from what kubectl renders, and a\n' +
      'test compares. How it fits together is in [README.md](README.md).',
    '## Objects',
    tables.objectTable(input),
    '## Demand',
    'Everything that runs for good, all replicas counted. A rollout takes one more pod of what it changes.',
    tables.demandTable(input, () => true),
    '## Workloads',
    tables.workloadTable(input),
    '## Sizes and probes',
    'Requests and limits of one pod, memory and CPU, without init containers.',
    tables.sizeTable(input),
    '## Services and ports',
    tables.serviceTable(input),
    '## Volumes',
    tables.volumeTable(input),
    '## Network flows',
    'Everything else is refused. From [flows.yaml](flows.yaml).',
    tables.flowTable(readFlowTable()),
    '## Alerts',
    '[What each means](../docs/operating/alerts.md), and what to do.',
    tables.alertTable(input),
    '## Dashboards',
    tables.dashboardTable(input),
    '## GitOps and cluster',
    'Nothing of this is in an overlay. Flux and Argo CD are alternatives: [flux/README.md](flux/README.md).',
    tables.gitopsTable(input),
    ...fileParts(input),
  ]
}

type SizedFile = Readonly<{ path: string; text: string }>

const sizeTable = (files: readonly SizedFile[]): string =>
  tables.table(
    ['file', 'lines', 'size'],
    files.map(({ path, text }) => [
      `[${path}](${path})`,
      String(text.trimEnd().split('\n').length),
      sizeText(Buffer.byteLength(text)),
    ]),
  )

/** Scripts of the repository, without sizes: they are not part of what is delivered. */
const projectScripts = (): string =>
  readdirSync(join(k8s, '..', 'scripts'))
    .filter((name) => name.endsWith('.ts'))
    .toSorted()
    .map((name) => `[${name}](../scripts/${name})`)
    .join(', ')

function fileParts(input: AuditInput): readonly string[] {
  const files = input.files.filter(({ path }) => path !== SUMMARY)
  const matching = (pattern: RegExp): readonly SizedFile[] => files.filter(({ path }) => pattern.test(path))
  return [
    '## Scripts',
    sizeTable(matching(/\.(?:sh|ps1)$/)),
    `Beside them, for those who change this folder: ${projectScripts()}.`,
    '## Guides',
    sizeTable(matching(/\.md$/)),
    '## Files',
    'Below `k8s`, without this page.',
    tables.table(
      ['category', 'files', 'size'],
      fileGroups({ ...input, files }).map(({ category, paths, bytes }) => [
        category,
        String(paths.length),
        sizeText(bytes),
      ]),
    ),
  ]
}

function auditParts(outcome: AuditOutcome, input: AuditInput): readonly string[] {
  const { results, findings, waived } = outcome
  const count = (kind: string): string => String(results.filter((result) => result.outcome === kind).length)
  const failed = results.filter((result) => result.outcome === 'failed')
  return [
    '## Audit',
    '`cdb audit k8s k8s` over both overlays; [what is checked](../docs/reference/audit.md). What was not run\n' +
      'asks for a cluster.',
    tables.table(
      ['checks', 'passed', 'failed', 'waived', 'not run'],
      [[String(results.length), count('passed'), count('failed'), count('waived'), count('notRun')]],
    ),
    tables.table(
      ['criterion', 'holds', 'checks'],
      judgeCriteria(outcome, input).map(({ name, ok, checks: ids }) => [
        name,
        ok ? 'yes' : 'no',
        ids.join(' '),
      ]),
    ),
    ...(failed.length === 0
      ? []
      : [
          tables.table(
            ['failed', 'severity', 'findings', 'what should hold'],
            failed.map(({ id, severity, title }) => [
              ...[id, severity],
              String(findings.filter((finding) => finding.id === id).length),
              title,
            ]),
          ),
        ]),
    ...(waived.length === 0 ? [] : [waiverTable(outcome)]),
  ]
}

const waiverTable = ({ waived }: AuditOutcome): string =>
  tables.table(
    ['waived', 'object', 'until', 'reason'],
    [...new Set(waived.map(({ waiver }) => waiver))].map(({ check, object, expires, reason }) => [
      ...[check, `\`${object}\``, expires, reason],
    ]),
  )

if (import.meta.main) {
  const read = await readAuditedFolder(k8s, { overlay: null, signal: new AbortController().signal })
  const pages = [...(await deliveryPages(read))].map(([name, text]) => [join(k8s, name), text] as const)
  writeGenerated(new Map(pages), 'node scripts/delivery-summary.ts')
}
