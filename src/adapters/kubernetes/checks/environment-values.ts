import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { at, numberAt, recordAt, textAt, textsAt } from '../value.ts'
import type { ValueRecord } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { variablesOf } from './environment-variables.ts'
import { parseQuantity } from './resource-quantity.ts'
import { problemOf, shown } from './scope.ts'
import { isSameNamespace } from './service-directory.ts'

/** X17: development and production differ where they must, and as the settings say. */
export const environmentValueChecks: readonly Check[] = [
  {
    id: 'X17',
    severity: 'high',
    title: 'Environments have their own names, log levels, replicas, limits and namespaces',
    run: (input) => [
      ...deployed(input).flatMap((build) => [...wordProblems(build), ...specifiedProblems(input, build)]),
      ...levelProblems(deployed(input)),
    ],
  },
]

type Setting = Readonly<{ workload: Workload; name: string; value: string }>

const ENVIRONMENT_NAME = /^(?:APP_|DEPLOY_|RUNTIME_|CDB_)?(?:ENV|ENVIRONMENT)$/
const LEVEL_NAME = /(?:^|_)LOG_?LEVEL$/
const PRODUCTION = /^prod/i
const DEVELOPMENT = /^(?:dev|test|stag|local)/i

const settingsOf = ({ manifests }: Build): readonly Setting[] =>
  workloadsOf(manifests).flatMap((workload) =>
    workload.containers.flatMap((container) =>
      variablesOf(manifests, workload, container).flatMap(({ name, value }) =>
        value === null ? [] : [{ workload, name, value }],
      ),
    ),
  )

/** The environment that a variable names is the one that it stands in; production does not debug. */
function wordProblems(build: Build): readonly Problem[] {
  const { environment } = build
  if (environment === null) return []
  return settingsOf(build).flatMap(({ workload, name, value }) => {
    if (ENVIRONMENT_NAME.test(name) && isOther(environment, value)) {
      const message = `${name} is ${value} in environment ${environment}`
      return [
        problemOf(workload.manifest, { message, mend: `Set ${name} in the overlay of ${environment}.` }),
      ]
    }
    if (LEVEL_NAME.test(name) && PRODUCTION.test(environment) && /^(?:debug|trace)$/i.test(value)) {
      const message = `${name} is ${value} in production`
      return [problemOf(workload.manifest, { message, mend: `Set ${name} to info.` })]
    }
    return []
  })
}

const isOther = (environment: string, value: string): boolean =>
  (PRODUCTION.test(value) && DEVELOPMENT.test(environment)) ||
  (DEVELOPMENT.test(value) && PRODUCTION.test(environment))

/** A development environment that logs as production does has not been set. */
function levelProblems(builds: readonly Build[]): readonly Problem[] {
  const production = builds.filter(({ environment }) => PRODUCTION.test(environment ?? ''))
  const fixed = new Map(production.flatMap(settingsOf).map((each) => [keyOf(each), each.value]))
  return builds
    .filter(({ environment }) => DEVELOPMENT.test(environment ?? ''))
    .flatMap(settingsOf)
    .filter((each) => LEVEL_NAME.test(each.name) && fixed.get(keyOf(each)) === each.value)
    .map(({ workload, name, value }) =>
      problemOf(workload.manifest, {
        message: `${name} is ${value} in development and in production`,
        mend: `Set ${name} to debug in the overlay of development.`,
      }),
    )
}

const keyOf = ({ workload, name }: Setting): string =>
  `${workload.podLabels['app.kubernetes.io/name'] ?? workload.name} ${name}`

function specifiedProblems(input: AuditInput, build: Build): readonly Problem[] {
  if (build.environment === null) return []
  const wanted = recordAt(input.settings, 'environments', build.environment)
  return [
    ...valueProblems(build, textsAt(wanted, 'values')),
    ...workloadsOf(build.manifests).flatMap((workload) => [
      ...namespaceProblems(workload, textAt(wanted, 'namespace')),
      ...replicaProblems(input, workload, wanted),
      ...limitProblems(workload, recordAt(wanted, 'limits', workload.name)),
    ]),
  ]
}

const valueProblems = (build: Build, wanted: Readonly<Record<string, string>>): readonly Problem[] =>
  settingsOf(build)
    .filter(({ name, value }) => wanted[name] !== undefined && wanted[name] !== value)
    .map(({ workload, name, value }) =>
      problemOf(workload.manifest, {
        message: `${name} is ${value}, and ${wanted[name] ?? ''} is specified for ${build.environment ?? ''}`,
        mend: `Set ${name} in the overlay, or change audit.yaml.`,
      }),
    )

function namespaceProblems({ manifest, namespace }: Workload, wanted?: string): readonly Problem[] {
  if (wanted === undefined || isSameNamespace(namespace, wanted)) return []
  const message = `stands in namespace ${namespace}, and ${wanted} is specified`
  return [problemOf(manifest, { message, mend: 'Set `namespace:` in the overlay.' })]
}

/** One number is meant for the services of the settings; an object names workloads. */
function replicaProblems(
  { settings }: AuditInput,
  { manifest, name, replicas }: Workload,
  environment: ValueRecord,
): readonly Problem[] {
  const services = at(settings, 'services')
  const isService = Array.isArray(services) && (services as readonly unknown[]).includes(name)
  const forAll = isService ? numberAt(environment, 'replicas') : undefined
  const wanted = forAll ?? numberAt(environment, 'replicas', name)
  if (wanted === undefined || replicas === undefined || wanted === replicas) return []
  const message = `has ${replicas} replicas, and ${wanted} are specified`
  return [problemOf(manifest, { message, mend: 'Set `replicas` in the overlay, or change audit.yaml.' })]
}

function limitProblems({ manifest, containers }: Workload, wanted: ValueRecord): readonly Problem[] {
  const main = containers.find(({ isInit }) => !isInit)
  return Object.keys(wanted).flatMap((resource) => {
    const limit = at(main?.value, 'resources', 'limits', resource)
    const specified = at(wanted, resource)
    if (parseQuantity(limit) === parseQuantity(specified)) return []
    const message = `limit of ${resource} is ${shown(limit)}, and ${shown(specified)} is specified`
    return [problemOf(manifest, { message, mend: 'Set the limit in the overlay, or change audit.yaml.' })]
  })
}
