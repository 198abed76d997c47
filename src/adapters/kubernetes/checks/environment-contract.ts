import { deployed } from '../check.ts'
import type { Build, Check } from '../check.ts'
import { listAt, recordAt } from '../value.ts'
import type { ValueRecord } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { variablesOf } from './environment-variables.ts'
import type { Variable } from './environment-variables.ts'
import { problemOf, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/**
 * X16: each service finds the variables that it needs, and none that nobody reads. What it knows comes from
 * `serviceSettings` of the settings: `{cdb-ws: {known: [...], required: [...]}}`.
 */
export const environmentContractChecks: readonly Check[] = [
  {
    id: 'X16',
    severity: 'high',
    title: 'Every service gets the variables that it requires, and only such as it knows',
    run: (input) => {
      const contracts = recordAt(input.settings, 'serviceSettings')
      return deployed(input).flatMap((build) => contractProblems(build, contracts))
    },
  },
]

/** Variables that the runtime reads, so that no program lists them. */
const RUNTIME =
  /^(?:NODE_[A-Z_]+|TZ|LANG|LC_[A-Z]+|HOME|PATH|TMPDIR|NO_COLOR|SSL_CERT_(?:FILE|DIR)|(?:HTTPS?|NO)_PROXY|UV_[A-Z_]+)$/

const contractProblems = (build: Build, contracts: ValueRecord) =>
  workloadsOf(build.manifests).flatMap((workload) => {
    const contract = contracts[workload.name]
    if (contract === undefined) return []
    const variables = mainVariables(build, workload)
    return [
      ...missing(variables, textsOf(listAt(contract, 'required'))),
      ...unknown(variables, textsOf(listAt(contract, 'known'))),
    ].map((fault) => problemOf(workload.manifest, fault))
  })

/** Those of the container that bears the name of the service, or of the first. */
function mainVariables({ manifests }: Build, workload: Workload): readonly Variable[] {
  const lasting = workload.containers.filter(({ isInit }) => !isInit)
  const main = lasting.find(({ name }) => name === workload.name) ?? lasting[0]
  return main === undefined ? [] : variablesOf(manifests, workload, main)
}

const missing = (variables: readonly Variable[], required: readonly string[]): readonly Fault[] =>
  required.flatMap((name) => {
    const variable = variables.find((each) => each.name === name)
    if (variable !== undefined && (variable.value !== '' || variable.source !== 'literal')) {
      if (variable.value !== null || variable.source !== 'configMap') return []
    }
    const message =
      variable === undefined ? `${name} is required and not set` : `${name} is required and has no value`
    return [{ message, mend: `Set ${name} in env or in the ConfigMap that the service reads.` }]
  })

const unknown = (variables: readonly Variable[], known: readonly string[]): readonly Fault[] =>
  variables
    .filter(({ name }) => !known.includes(name) && !RUNTIME.test(name))
    .map(({ name, source }) => ({
      message: `${name} is set, and the service reads no such variable`,
      mend: source === 'configMap' ? `Take ${name} out of the ConfigMap.` : `Take ${name} out of env.`,
    }))
