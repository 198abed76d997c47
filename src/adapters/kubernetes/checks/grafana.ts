import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { at, isRecord, listAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Container, Workload } from '../workload.ts'
import { recordedMetrics } from './alert-rules.ts'
import { embeddedValue, isStructured, readEmbedded } from './embedded-document.ts'
import { variablesOf } from './environment-variables.ts'
import { knownMetrics } from './metric-names.ts'
import type { MetricTest } from './metric-names.ts'
import { mountedFilesOf } from './mounted-files.ts'
import type { MountedFile } from './mounted-files.ts'
import { readExpression } from './promql.ts'
import { problemOf } from './scope.ts'
import type { Fault } from './scope.ts'
import { secretUsesOf } from './secret-uses.ts'

/** X22: Grafana shows something when it starts, and has a password of its own. */
export const grafanaChecks: readonly Check[] = [
  {
    id: 'X22',
    severity: 'medium',
    title: 'Dashboards can be read, their data sources and folders are provisioned, the password is its own',
    run: (input) => deployed(input).flatMap((build) => grafanaProblems(input, build)),
  },
]

/** A Grafana of the build and what is mounted into it. */
type Grafana = Readonly<{ workload: Workload; container: Container; files: readonly MountedFile[] }>

const PROVISIONING = '/etc/grafana/provisioning'

const grafanasOf = ({ manifests }: Build): readonly Grafana[] =>
  workloadsOf(manifests).flatMap((workload) =>
    workload.containers
      .filter(({ value, isInit }) => !isInit && isGrafana(textAt(value, 'image') ?? ''))
      .map((container) => ({ workload, container, files: mountedFilesOf(manifests, workload, container) })),
  )

const isGrafana = (image: string): boolean =>
  /^(?:cdb-)?grafana(?:-oss|-enterprise)?$/.test(image.split('/').at(-1)?.split(/[:@]/)[0] ?? '')

function grafanaProblems(input: AuditInput, build: Build): readonly Problem[] {
  const isKnown = knownMetrics(input, build, recordedMetrics(build))
  return grafanasOf(build).flatMap((grafana) =>
    [
      ...provisioningFaults(build, grafana),
      ...dashboardFaults(grafana, isKnown),
      ...passwordFaults(build, grafana),
    ].map((fault) => problemOf(grafana.workload.manifest, fault)),
  )
}

const provisioned = (grafana: Grafana, folder: string): readonly MountedFile[] =>
  grafana.files.filter(({ path }) => path.startsWith(`${PROVISIONING}/${folder}/`) && isStructured(path))

type DataSource = Readonly<{ name: string; uid: string }>

const dataSourcesOf = (grafana: Grafana): readonly DataSource[] =>
  provisioned(grafana, 'datasources').flatMap(({ text }) =>
    listAt(embeddedValue(text), 'datasources').map((each) => ({
      name: textAt(each, 'name') ?? '',
      uid: textAt(each, 'uid') ?? '',
    })),
  )

/** Folders of the container that providers read dashboards from. */
const foldersOf = (grafana: Grafana): readonly string[] =>
  provisioned(grafana, 'dashboards')
    .flatMap(({ text }) => listAt(embeddedValue(text), 'providers'))
    .flatMap((provider) => textAt(provider, 'options', 'path') ?? [])
    .map((path) => path.replace(/\/+$/, ''))

const dashboardsIn = (grafana: Grafana): readonly MountedFile[] => {
  const folders = foldersOf(grafana)
  return grafana.files.filter(
    ({ path }) => path.endsWith('.json') && folders.some((folder) => path.startsWith(`${folder}/`)),
  )
}

function provisioningFaults({ manifests }: Build, grafana: Grafana): readonly Fault[] {
  const sources = dataSourcesOf(grafana)
  const folders = foldersOf(grafana)
  const mounts = listAt(grafana.container.value, 'volumeMounts').map(
    (mount) => textAt(mount, 'mountPath') ?? '',
  )
  const shownNames = new Set(dashboardsIn(grafana).map(({ configMap }) => configMap))
  const unread = manifests.filter(
    (manifest) =>
      manifest.kind === 'ConfigMap' &&
      !shownNames.has(manifest.name) &&
      Object.entries(at(manifest.value, 'data') ?? {}).some(
        ([key, text]) => key.endsWith('.json') && isDashboard(typeof text === 'string' ? text : ''),
      ),
  )
  return [
    ...(sources.length === 0
      ? [{ message: 'has no data source', mend: `Mount one below ${PROVISIONING}/datasources.` }]
      : []),
    ...sources
      .filter(({ uid }) => uid === '')
      .map(({ name }) => ({
        message: `data source ${name} has no uid, so that dashboards cannot name it`,
        mend: 'Give it a fixed uid.',
      })),
    ...(folders.length === 0
      ? [{ message: 'has no provider of dashboards', mend: `Mount one below ${PROVISIONING}/dashboards.` }]
      : []),
    ...folders
      .filter((folder) => !mounts.some((path) => path === folder || path.startsWith(`${folder}/`)))
      .map((folder) => ({
        message: `a provider reads ${folder}, and nothing is mounted there`,
        mend: 'Write the mountPath of the dashboards in options.path.',
      })),
    ...unread.map(({ name }) => ({
      message: `the dashboards of ConfigMap ${name} are read by no provider`,
      mend: 'Mount them in the folder of a provider.',
    })),
  ]
}

const isDashboard = (text: string): boolean => text.includes('"panels"')

function dashboardFaults(grafana: Grafana, isKnown: MetricTest): readonly Fault[] {
  const sources = dataSourcesOf(grafana)
  const shown = dashboardsIn(grafana)
  if (shown.length === 0 && foldersOf(grafana).length > 0) {
    return [{ message: 'shows no dashboard', mend: 'Mount dashboards in the folder of the provider.' }]
  }
  return shown.flatMap(({ path, text }) => {
    const name = path.split('/').at(-1) ?? ''
    const document = readEmbedded(text)
    if (document.kind === 'broken' || !isRecord(document.value)) {
      return [{ message: `${name} cannot be read as JSON`, mend: 'Export the dashboard again.' }]
    }
    const { value } = document
    const broken = [...new Set(sourcesNamed(value))].filter((source) => !isSource(sources, source))
    return [
      ...broken.map((source) => ({
        message: `${name} asks data source ${source}, which is not provisioned`,
        mend: 'Write the uid of a provisioned data source.',
      })),
      ...[...new Set(queriesOf(at(value, 'panels')))].flatMap((query) => queryFaults(name, query, isKnown)),
    ]
  })
}

/** What Grafana brings along, and variables that the dashboard chooses by. */
const isSource = (sources: readonly DataSource[], source: string): boolean =>
  source.startsWith('$') ||
  /^(?:-- (?:Grafana|Mixed|Dashboard) --|grafana|default)$/.test(source) ||
  sources.some(({ name, uid }) => source === uid || source === name)

/** Every `datasource` in a dashboard: a name, or an object with a uid. */
function sourcesNamed(value: Value | undefined): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(sourcesNamed)
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, each]) => {
    if (key !== 'datasource') return sourcesNamed(each)
    const named = typeof each === 'string' ? each : textAt(each, 'uid')
    return named === undefined ? [] : [named]
  })
}

function queriesOf(value: Value | undefined): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(queriesOf)
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'expr' && typeof each === 'string' ? [each] : queriesOf(each),
  )
}

function queryFaults(name: string, query: string, isKnown: MetricTest): readonly Fault[] {
  const expression = readExpression(query)
  if (expression.kind === 'broken') {
    return [{ message: `${name}: a query cannot be read: ${expression.reason}`, mend: `Mend ${query}.` }]
  }
  return expression.metrics
    .filter((metric) => !isKnown(metric))
    .map((metric) => ({
      message: `${name} shows ${metric}, which nothing that is scraped gives`,
      mend: 'Use a metric that exists.',
    }))
}

/** Without a password of its own it is `admin`, or one that opens another door as well. */
function passwordFaults(build: Build, { workload, container }: Grafana): readonly Fault[] {
  const variables = variablesOf(build.manifests, workload, container)
  const variable = variables.find(({ name }) => /^GF_SECURITY_ADMIN_PASSWORD(?:__FILE)?$/.test(name))
  if (variable === undefined) {
    const message = 'no admin password is set, so that it is admin'
    return [{ message, mend: 'Set GF_SECURITY_ADMIN_PASSWORD__FILE to a file of a Secret of its own.' }]
  }
  const own = new Set(secretUsesOf(workload).map(({ secret }) => secret))
  return [...own].flatMap((secret) => {
    const other = workloadsOf(build.manifests).find(
      (each) =>
        each.manifest !== workload.manifest && secretUsesOf(each).some((use) => use.secret === secret),
    )
    if (other === undefined) return []
    const message = `has its password from Secret ${secret}, which ${other.name} reads too`
    return [{ message, mend: 'Give Grafana a Secret of its own, such as grafana-admin.' }]
  })
}
