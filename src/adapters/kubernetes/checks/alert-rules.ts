import { posix } from 'node:path'
import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at, isRecord, listAt, numberAt, recordAt, textAt, textsAt } from '../value.ts'
import type { Value } from '../value.ts'
import { embeddedValue, isStructured, readEmbedded } from './embedded-document.ts'
import { directoryOf, resolveHost } from './host-resolution.ts'
import { knownMetrics } from './metric-names.ts'
import type { MetricTest } from './metric-names.ts'
import { prometheusServersOf } from './prometheus-server.ts'
import type { PrometheusServer } from './prometheus-server.ts'
import { readExpression } from './promql.ts'
import { problemOf, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** X21: alerts can fire, say what is wrong, and reach somebody. */
export const alertRuleChecks: readonly Check[] = [
  {
    id: 'X21',
    severity: 'high',
    title: 'Rules can be read, use metrics that exist, are tested and loaded, and alerts go somewhere',
    run: (input) => deployed(input).flatMap((build) => rulesProblems(input, build)),
  },
]

/** Groups of rules as a file of a ConfigMap, or a PrometheusRule, holds them. */
type RuleSource = Readonly<{ manifest: Manifest; where: string; groups: readonly Value[]; reason: string }>

const rulesIn = ({ groups }: RuleSource): readonly Value[] =>
  groups.flatMap((group) => listAt(group, 'rules'))

/** Metrics that recording rules of a build make. */
export const recordedMetrics = (build: Build): ReadonlySet<string> =>
  new Set(
    ruleSourcesOf(build).flatMap((source) => rulesIn(source).flatMap((rule) => textAt(rule, 'record') ?? [])),
  )

function rulesProblems(input: AuditInput, build: Build): readonly Problem[] {
  const sources = ruleSourcesOf(build)
  const servers = prometheusServersOf(build).filter(({ problem }) => problem === '')
  const tested = testedAlerts(input)
  const isKnown = knownMetrics(input, build, recordedMetrics(build))
  return [
    ...sources.flatMap((source) =>
      [
        ...sourceFaults(source, servers),
        ...rulesIn(source).flatMap((rule) => ruleFaults(rule, isKnown, tested)),
      ].map(({ message, mend }) =>
        problemOf(source.manifest, { message: `${source.where}: ${message}`, mend }),
      ),
    ),
    ...servers.flatMap((server) =>
      serverFaults(input, build, server, sources).map((fault) => problemOf(server.workload.manifest, fault)),
    ),
    ...build.manifests.flatMap(receiverProblems),
  ]
}

const ruleSourcesOf = ({ manifests }: Build): readonly RuleSource[] =>
  manifests.flatMap((manifest): readonly RuleSource[] => {
    if (manifest.kind === 'PrometheusRule') {
      const groups = listAt(manifest.value, 'spec', 'groups')
      return [{ manifest, where: 'spec', groups, reason: '' }]
    }
    if (manifest.kind !== 'ConfigMap') return []
    return Object.entries(textsAt(manifest.value, 'data')).flatMap(([where, text]) =>
      isStructured(where) && /^\s*groups:/m.test(text) ? sourceOf(manifest, where, text) : [],
    )
  })

function sourceOf(manifest: Manifest, where: string, text: string): readonly RuleSource[] {
  const document = readEmbedded(text)
  if (document.kind === 'broken') return [{ manifest, where, groups: [], reason: document.reason }]
  // Grafana has files with groups of its own, which bear a version.
  if (at(document.value, 'apiVersion') !== undefined) return []
  const groups = listAt(document.value, 'groups')
  return groups.length === 0 ? [] : [{ manifest, where, groups, reason: '' }]
}

function sourceFaults(source: RuleSource, servers: readonly PrometheusServer[]): readonly Fault[] {
  const { manifest, where, groups, reason } = source
  if (reason !== '') return [{ message: `cannot be read: ${reason}`, mend: 'Write it as YAML.' }]
  const names = groups.map((group) => textAt(group, 'name') ?? '')
  const doubled = names.filter((name, index) => name === '' || names.indexOf(name) !== index)
  const isLoaded =
    manifest.kind !== 'ConfigMap' ||
    servers.length === 0 ||
    servers.some((server) =>
      loadedFiles(server).some(
        ({ path, configMap }) => configMap === manifest.name && path.endsWith(`/${where}`),
      ),
    )
  return [
    ...doubled.map((name) => ({
      message: name === '' ? 'a group has no name' : `two groups are named ${name}`,
      mend: 'Give every group of the file a name of its own.',
    })),
    ...(isLoaded
      ? []
      : [{ message: 'no Prometheus loads these rules', mend: 'Mount them, and name them in rule_files.' }]),
  ]
}

/** Files that the patterns of `rule_files` match. */
const loadedFiles = ({ config, files }: PrometheusServer) => {
  const patterns = textsOf(listAt(config, 'rule_files')).map(patternOf)
  return files.filter(({ path }) => patterns.some((pattern) => pattern.test(path)))
}

/** A pattern of paths; one that is not absolute begins beside the configuration. */
function patternOf(glob: string): RegExp {
  const path = glob.startsWith('/') ? glob : posix.join('/etc/prometheus', glob)
  const escaped = path.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`)
}

function ruleFaults(rule: Value, isKnown: MetricTest, tested: ReadonlySet<string>): readonly Fault[] {
  const alert = textAt(rule, 'alert')
  const record = textAt(rule, 'record')
  const name = alert ?? record
  if (name === undefined || (alert !== undefined && record !== undefined)) {
    return [{ message: 'a rule is neither an alert nor a record, or both', mend: 'Give it one name.' }]
  }
  return [
    ...expressionFaults(name, textAt(rule, 'expr') ?? numberAt(rule, 'expr')?.toString() ?? '', isKnown),
    ...(alert === undefined ? [] : alertFaults(alert, rule, tested)),
  ]
}

function expressionFaults(name: string, text: string, isKnown: MetricTest): readonly Fault[] {
  const expression = readExpression(text)
  if (expression.kind === 'broken') {
    return [
      { message: `${name}: its expression cannot be read: ${expression.reason}`, mend: 'Write PromQL.' },
    ]
  }
  return expression.metrics
    .filter((metric) => !isKnown(metric))
    .map((metric) => ({
      message: `${name} asks for ${metric}, which nothing that is scraped gives`,
      mend: 'Use a metric that exists, or deploy and scrape what gives it.',
    }))
}

function alertFaults(alert: string, rule: Value, tested: ReadonlySet<string>): readonly Fault[] {
  const missing = [
    ...(textAt(rule, 'labels', 'severity') === undefined ? ['label severity'] : []),
    ...['summary', 'description']
      .filter((key) => (textAt(rule, 'annotations', key) ?? '') === '')
      .map((key) => `annotation ${key}`),
  ]
  return [
    ...missing.map((what) => ({
      message: `${alert} has no ${what}`,
      mend: 'Who is woken by it must know how bad it is, what is wrong and what to do.',
    })),
    ...(tested.has(alert)
      ? []
      : [
          {
            message: `${alert} has no unit test`,
            mend: 'Write an alert_rule_test with its alertname for `promtool test rules`.',
          },
        ]),
  ]
}

/** Alerts that a file of the folder names in an `alert_rule_test`. */
const testedAlerts = ({ files }: AuditInput): ReadonlySet<string> =>
  new Set(
    files
      .filter(({ path, text }) => isStructured(path) && text.includes('alert_rule_test'))
      .flatMap(({ text }) => listAt(embeddedValue(text), 'tests'))
      .flatMap((test) => listAt(test, 'alert_rule_test'))
      .flatMap((each) => textAt(each, 'alertname') ?? []),
  )

/** What the configuration of Prometheus says of rules and of alerts. */
function serverFaults(
  input: AuditInput,
  build: Build,
  server: PrometheusServer,
  sources: readonly RuleSource[],
): readonly Fault[] {
  const unmatched = textsOf(listAt(server.config, 'rule_files')).filter(
    (glob) => !server.files.some(({ path }) => patternOf(glob).test(path)),
  )
  const hasAlerts = sources.some((source) =>
    rulesIn(source).some((rule) => textAt(rule, 'alert') !== undefined),
  )
  const managers = listAt(server.config, 'alerting', 'alertmanagers')
  const directory = directoryOf(input, build)
  const lost = managers
    .flatMap((manager) => listAt(manager, 'static_configs'))
    .flatMap((group) => textsOf(listAt(group, 'targets')))
    .filter((target) => {
      const [host = '', port = ''] = target.split(':')
      const found = resolveHost(directory, host, server.workload.namespace)
      if (found.kind === 'outside') return false
      return found.kind !== 'service' || !found.service.ports.some((each) => each.port === Number(port))
    })
  return [
    ...(hasAlerts || sources.length > 0
      ? []
      : [{ message: 'no rules are deployed with it, so that no alert can fire', mend: 'Write rules.' }]),
    ...unmatched.map((glob) => ({
      message: `rule_files names ${glob}, and no file is mounted there`,
      mend: 'Mount the rules there.',
    })),
    ...(hasAlerts && managers.length === 0
      ? [
          {
            message: 'its alerts go nowhere: alerting names no Alertmanager',
            mend: 'Write alerting.alertmanagers.',
          },
        ]
      : []),
    ...lost.map((target) => ({
      message: `alerts go to ${target}, and no Service of the environment answers there`,
      mend: 'Write the Service and port of the Alertmanager.',
    })),
  ]
}

/** Every receiver that a route of Alertmanager names is there. */
const receiverProblems = (manifest: Manifest): readonly Problem[] => {
  if (manifest.kind !== 'ConfigMap') return []
  return Object.entries(textsAt(manifest.value, 'data')).flatMap(([where, text]) => {
    if (!isStructured(where) || !/^receivers:/m.test(text)) return []
    const config = embeddedValue(text)
    if (!isRecord(config) || !isRecord(config['route'])) return []
    const names = listAt(config, 'receivers').map((receiver) => textAt(receiver, 'name'))
    return receiversOf(recordAt(config, 'route'))
      .filter((name) => !names.includes(name))
      .map((name) =>
        problemOf(manifest, {
          message: `${where}: a route names receiver ${name}, which is not there`,
          mend: 'Write the receiver.',
        }),
      )
  })
}

const receiversOf = (route: Value): readonly string[] => [
  ...(textAt(route, 'receiver') === undefined ? [] : [textAt(route, 'receiver') ?? '']),
  ...listAt(route, 'routes').flatMap(receiversOf),
]
