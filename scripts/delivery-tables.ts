import { deployed } from '../src/adapters/kubernetes/check.ts'
import type { AuditInput, Build } from '../src/adapters/kubernetes/check.ts'
import { parseQuantity } from '../src/adapters/kubernetes/checks/resource-quantity.ts'
import { kindCounts, memoryText } from '../src/adapters/kubernetes/inventory.ts'
import type { Manifest } from '../src/adapters/kubernetes/manifest.ts'
import { at, listAt, numberAt, recordAt, textAt } from '../src/adapters/kubernetes/value.ts'
import type { Value, ValueRecord } from '../src/adapters/kubernetes/value.ts'
import { workloadsOf } from '../src/adapters/kubernetes/workload.ts'
import type { Container, Workload } from '../src/adapters/kubernetes/workload.ts'
import { parseYaml } from '../src/adapters/kubernetes/yaml-text.ts'
import type { FlowTable } from './flow-policies.ts'

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim()).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const code = (text: string): string => `\`${text}\``
const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

type Column = Readonly<{ environment: string; build: Build }>

/** Each environment with its whole build. */
const columnsOf = (input: AuditInput): readonly Column[] =>
  deployed(input).flatMap((build) =>
    build.environment === null ? [] : [{ environment: build.environment, build }],
  )

const namesOf = (columns: readonly Column[]): readonly string[] =>
  columns.map(({ environment }) => environment)

/** What stands in the columns: once where all agree, else parted by a slash. */
const joined = (cells: readonly string[]): string =>
  new Set(cells).size === 1 ? (cells[0] ?? '') : cells.join(' / ')

/** Objects of each kind in each environment. */
export function objectTable(input: AuditInput): string {
  const columns = columnsOf(input)
  const counts = columns.map(({ build }) => new Map(kindCounts(build).map((each) => [each.kind, each.count])))
  const kinds = [...new Set(counts.flatMap((each) => [...each.keys()]))].toSorted(byText)
  return table(
    ['kind', ...namesOf(columns)],
    [
      ...kinds.map((kind) => [kind, ...counts.map((each) => String(each.get(kind) ?? 0))]),
      ['all', ...columns.map(({ build }) => String(build.manifests.length))],
    ],
  )
}

type Row = Readonly<{ name: string; kind: string; each: readonly (Workload | undefined)[] }>

/** Everything that runs pods, by layer and name, with what it is in each environment. */
function workloadRows(columns: readonly Column[], chosen: (workload: Workload) => boolean): readonly Row[] {
  const lists = columns.map(({ build }) => workloadsOf(build.manifests).filter(chosen))
  const names = [...new Set(lists.flat().map(({ name }) => name))].toSorted(byText)
  return names.map((name) => {
    const each = lists.map((list) => list.find((workload) => workload.name === name))
    return { name, kind: each.find((workload) => workload !== undefined)?.kind ?? '', each }
  })
}

const runsOn = ({ kind }: Workload): boolean => kind !== 'Job' && kind !== 'CronJob'

const portsOf = ({ containers }: Workload): readonly number[] =>
  containers.flatMap(({ value }) =>
    listAt(value, 'ports').flatMap((port) => numberAt(port, 'containerPort') ?? []),
  )

const cell = (row: Row, tell: (workload: Workload) => string): string =>
  joined(row.each.map((workload) => (workload === undefined ? '-' : tell(workload))))

/** Workloads that run for good: ports, replicas and limits. */
export function workloadTable(input: AuditInput): string {
  const columns = columnsOf(input)
  const suffix = namesOf(columns).join(' / ')
  return table(
    ['workload', 'kind', 'port', `replicas, ${suffix}`, `limits, ${suffix}`],
    workloadRows(columns, runsOn).map((row) => [
      code(row.name),
      row.kind,
      cell(row, (workload) => portsOf(workload).join(', ')),
      cell(row, ({ replicas }) => String(replicas ?? '-')),
      cell(row, (workload) => sizeOf(workload, 'limits')),
    ]),
  )
}

/** Every workload with its requests, limits and probes, Jobs included. */
export function sizeTable(input: AuditInput): string {
  const columns = columnsOf(input)
  const suffix = namesOf(columns).join(' / ')
  return table(
    ['workload', 'kind', `requests, ${suffix}`, `limits, ${suffix}`, 'probes'],
    workloadRows(columns, () => true).map((row) => [
      code(row.name),
      row.kind,
      cell(row, (workload) => sizeOf(workload, 'requests')),
      cell(row, (workload) => sizeOf(workload, 'limits')),
      cell(row, probesOf),
    ]),
  )
}

const running = ({ containers }: Workload): readonly Container[] => containers.filter(({ isInit }) => !isInit)

function amountOf(workload: Workload, of: 'requests' | 'limits', name: string): number {
  const amounts = running(workload).map(({ value }) => {
    const amount = at(value, 'resources', of, name)
    return typeof amount === 'string' || typeof amount === 'number' ? (parseQuantity(amount) ?? 0) : 0
  })
  return amounts.reduce((sum, each) => sum + each, 0)
}

const sizeOf = (workload: Workload, of: 'requests' | 'limits'): string =>
  `${memoryText(amountOf(workload, of, 'memory'))}, ${Math.round(amountOf(workload, of, 'cpu') * 1000)}m`

const PROBES = ['startup', 'liveness', 'readiness'] as const

/** `startup, liveness: /health/live`; a command is told by the program that asks. */
function probesOf(workload: Workload): string {
  const targets = new Map<string, string[]>()
  for (const { value } of running(workload)) {
    for (const probe of PROBES) {
      const target = targetOf(recordAt(value, `${probe}Probe`))
      if (target !== null) targets.set(target, [...(targets.get(target) ?? []), probe])
    }
  }
  const told = [...targets].map(([target, probes]) => `${probes.join(', ')}: ${code(target)}`)
  return told.length === 0 ? 'none: it runs to its end' : told.join('; ')
}

function targetOf(probe: ValueRecord): string | null {
  const path = textAt(probe, 'httpGet', 'path')
  if (path !== undefined) return path
  const socket = at(probe, 'tcpSocket', 'port')
  if (typeof socket === 'string' || typeof socket === 'number') return `port ${socket}`
  const words = listAt(probe, 'exec', 'command').filter((word) => typeof word === 'string')
  if (words.length === 0) return null
  return /\b(?:pg_isready|redis-cli)\b/.exec(words.join(' '))?.[0] ?? words[0] ?? null
}

/** Services with their ports. */
export function serviceTable(input: AuditInput): string {
  const columns = columnsOf(input)
  const services = columns.map(({ build }) => build.manifests.filter(({ kind }) => kind === 'Service'))
  const names = [...new Set(services.flat().map(({ name }) => name))].toSorted(byText)
  return table(
    ['Service', 'type', 'port', 'in'],
    names.map((name) => {
      const found = services.map((list) => list.find((each) => each.name === name))
      const value = found.find((each) => each !== undefined)?.value
      const isHeadless = textAt(value, 'spec', 'clusterIP') === 'None'
      const ports = listAt(value, 'spec', 'ports').map(
        (port) => `${numberAt(port, 'port') ?? ''} ${code(textAt(port, 'name') ?? '')}`,
      )
      const where = columns.filter((_, index) => found[index] !== undefined)
      return [
        code(name),
        isHeadless ? 'headless' : (textAt(value, 'spec', 'type') ?? 'ClusterIP'),
        ports.join(', '),
        namesOf(where).join(', '),
      ]
    }),
  )
}

type Claim = Readonly<{ name: string; size: string; of: string }>

/** Claims of a build: its own, and one for each replica of a StatefulSet. */
function claimsOf({ manifests }: Build): readonly Claim[] {
  const own = manifests
    .filter(({ kind }) => kind === 'PersistentVolumeClaim')
    .map((claim) => ({ name: claim.name, size: storageOf(claim.value), of: usersOf(manifests, claim.name) }))
  const made = workloadsOf(manifests).flatMap(({ manifest: { value }, name, replicas }) =>
    listAt(value, 'spec', 'volumeClaimTemplates').flatMap((template) =>
      Array.from({ length: replicas ?? 1 }, (_, index) => ({
        name: `${textAt(template, 'metadata', 'name') ?? ''}-${name}-${index}`,
        size: storageOf(template),
        of: name,
      })),
    ),
  )
  return [...own, ...made].toSorted((left, right) => byText(left.name, right.name))
}

const storageOf = (claim: Value): string => textAt(claim, 'spec', 'resources', 'requests', 'storage') ?? ''

const usersOf = (manifests: readonly Manifest[], claim: string): string =>
  workloadsOf(manifests)
    .filter(({ podSpec }) =>
      listAt(podSpec, 'volumes').some(
        (volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') === claim,
      ),
    )
    .map(({ name }) => name)
    .toSorted(byText)
    .join(', ')

/** Volumes that outlive their pods. */
export function volumeTable(input: AuditInput): string {
  const columns = columnsOf(input)
  const claims = columns.map(({ build }) => claimsOf(build))
  const names = [...new Set(claims.flat().map(({ name }) => name))].toSorted(byText)
  return table(
    ['claim', `size, ${namesOf(columns).join(' / ')}`, 'of'],
    names.map((name) => {
      const found = claims.map((list) => list.find((each) => each.name === name))
      return [
        code(name),
        joined(found.map((claim) => claim?.size ?? '-')),
        found.find((claim) => claim !== undefined)?.of ?? '',
      ]
    }),
  )
}

/** What an environment asks a cluster for: everything that runs for good, replicas counted. */
export function demandTable(input: AuditInput, chosen: (environment: string) => boolean): string {
  const columns = columnsOf(input).filter(({ environment }) => chosen(environment))
  const rows = columns.map(({ environment, build }) => {
    const workloads = workloadsOf(build.manifests).filter(runsOn)
    const sum = (of: 'requests' | 'limits', name: string): number =>
      workloads.reduce((total, each) => total + amountOf(each, of, name) * (each.replicas ?? 1), 0)
    const storage = claimsOf(build).reduce((total, { size }) => total + (parseQuantity(size) ?? 0), 0)
    return [
      environment,
      String(workloads.reduce((total, { replicas }) => total + (replicas ?? 1), 0)),
      ...(['requests', 'limits'] as const).map(
        (of) => `${sum(of, 'cpu').toFixed(2)} CPU, ${(sum(of, 'memory') / 2 ** 30).toFixed(1)} GiB`,
      ),
      `${Math.round(storage / 2 ** 30)} GiB`,
    ]
  })
  return table(['environment', 'pods', 'requests', 'limits', 'volumes'], rows)
}

/** Who may open a connection to whom. */
export const flowTable = ({ flows }: FlowTable): string =>
  table(
    ['from', 'to', 'port', 'why', 'only with'],
    flows.map(({ from, to, port, why, when }) => [
      code(from),
      code(to),
      String(port),
      why,
      when === null ? '' : code(when),
    ]),
  )

/** Alerts of the rule files, as they stand there. */
export function alertTable({ files }: AuditInput): string {
  const rules = files
    .filter(({ path }) => /monitoring\/rules\/[^/]+\.ya?ml$/.test(path))
    .flatMap(({ path, text }) =>
      parseYaml(text)
        .flatMap(({ value }) => listAt(value, 'groups'))
        .flatMap((group) => listAt(group, 'rules'))
        .map((rule) => ({ path, rule })),
    )
    .filter(({ rule }) => textAt(rule, 'alert') !== undefined)
  return table(
    ['alert', 'severity', 'after', 'says', 'in'],
    rules.map(({ path, rule }) => [
      textAt(rule, 'alert') ?? '',
      textAt(rule, 'labels', 'severity') ?? '',
      textAt(rule, 'for') ?? 'at once',
      code(textAt(rule, 'annotations', 'summary') ?? ''),
      code(path.split('/').at(-1) ?? ''),
    ]),
  )
}

/** Dashboards, and how many panels each has. */
export function dashboardTable({ files }: AuditInput): string {
  const dashboards = files.filter(({ path }) => /monitoring\/dashboards\/[^/]+\.json$/.test(path))
  return table(
    ['dashboard', 'uid', 'panels', 'in'],
    dashboards.map(({ path, text }) => {
      const [document] = parseYaml(text)
      const panels = listAt(document?.value, 'panels').filter((panel) => textAt(panel, 'type') !== 'row')
      return [
        textAt(document?.value, 'title') ?? '',
        code(textAt(document?.value, 'uid') ?? ''),
        String(panels.length),
        code(path.split('/').at(-1) ?? ''),
      ]
    }),
  )
}

/** Objects of Flux and Argo CD, and what a cluster needs once, by file. */
export const gitopsTable = ({ gitops }: AuditInput): string =>
  table(
    ['kind', 'name', 'namespace', 'in'],
    gitops
      .filter(({ apiVersion }) => !apiVersion.startsWith('kustomize.config.k8s.io'))
      .map(({ kind, name, namespace, file }) => [kind, code(name), namespace, code(file ?? '')]),
  )
