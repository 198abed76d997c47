import { deployed } from '../check.ts'
import type { AuditInput, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, textAt, textsAt } from '../value.ts'
import { workloadOf } from '../workload.ts'
import { problemOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** R04: names as the API server takes them. */
export const namingChecks: readonly Check[] = [
  {
    id: 'R04',
    severity: 'high',
    title: 'Names, labels and environment variables are well formed, and variables are unique',
    run: namingProblems,
  },
]

const namingFaults = (manifest: Manifest): readonly Fault[] => [
  ...nameFaults(manifest),
  ...labelFaults('label', manifest.labels),
  ...podFaults(manifest),
]

function namingProblems(input: AuditInput): readonly Problem[] {
  const manifests = [...deployed(input).flatMap((build) => build.manifests), ...input.gitops]
  return manifests.flatMap((manifest) => namingFaults(manifest).map((fault) => problemOf(manifest, fault)))
}

const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
/** A Service's name is a name in DNS, which begins with a letter. */
const SERVICE = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/
/** Roles may be called `system:node`. */
const SEGMENT = /^(?!\.{1,2}$)[^/%]+$/

type Rule = Readonly<{ pattern: RegExp; lettersMax: number; words: string }>

const DEFAULT_RULE: Rule = {
  ...{ pattern: SUBDOMAIN, lettersMax: 253 },
  words: 'lower-case letters, digits, dashes and dots, at most 253',
}
const labelRule = (lettersMax: number): Rule => ({
  ...{ pattern: LABEL, lettersMax },
  words: `lower-case letters, digits and dashes, at most ${lettersMax}`,
})
const segmentRule: Rule = { pattern: SEGMENT, lettersMax: 253, words: 'no slash and no percent sign' }

/** Pods of a StatefulSet and Jobs of a CronJob bear the name and eleven letters more. */
const RULES: Readonly<Record<string, Rule>> = {
  Service: { ...labelRule(63), pattern: SERVICE },
  Namespace: labelRule(63),
  StatefulSet: labelRule(52),
  CronJob: labelRule(52),
  Job: labelRule(63),
  Role: segmentRule,
  ClusterRole: segmentRule,
  RoleBinding: segmentRule,
  ClusterRoleBinding: segmentRule,
}

function nameFaults({ kind, name }: Manifest): readonly Fault[] {
  const rule = (Object.hasOwn(RULES, kind) ? RULES[kind] : undefined) ?? DEFAULT_RULE
  if (name === '' || (name.length <= rule.lettersMax && rule.pattern.test(name))) return []
  return [{ message: `"${name}" is no name for a ${kind}`, mend: `use ${rule.words}` }]
}

const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?)?$/
const LABEL_KEY = /^(?:(?<prefix>[^/]+)\/)?(?<name>[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?)$/

function labelFaults(word: string, labels: Readonly<Record<string, string>>): readonly Fault[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const { prefix, name = '' } = LABEL_KEY.exec(key)?.groups ?? {}
    const isKey = name !== '' && name.length <= 63 && (prefix === undefined || SUBDOMAIN.test(prefix))
    if (!isKey)
      return [{ message: `${word} "${key}" is no key`, mend: 'use prefix/name, the name at most 63' }]
    if (LABEL_VALUE.test(value) && value.length <= 63) return []
    const mend = 'use letters, digits, dashes, underscores and dots, at most 63'
    return [{ message: `${word} ${key} has the value "${value}"`, mend }]
  })
}

function podFaults(manifest: Manifest): readonly Fault[] {
  const workload = workloadOf(manifest)
  if (workload === null) return []
  return [
    ...(workload.kind === 'Pod' ? [] : labelFaults('pod label', workload.podLabels)),
    ...labelFaults('selector', textsAt(manifest.value, 'spec', 'selector', 'matchLabels')),
    ...repeated(workload.containers.map(({ name }) => name)).map((name) => ({
      message: `two containers are called ${name}`,
      mend: 'give each container a name of its own',
    })),
    ...workload.containers.flatMap(({ name, value }) => [
      ...(LABEL.test(name) && name.length <= 63
        ? []
        : [
            {
              message: `"${name}" is no name for a container`,
              mend: 'use lower-case letters, digits, dashes',
            },
          ]),
      ...variableFaults(
        name,
        listAt(value, 'env').map((each) => textAt(each, 'name') ?? ''),
      ),
      ...portFaults(
        name,
        listAt(value, 'ports').flatMap((each) => textAt(each, 'name') ?? []),
      ),
    ]),
  ]
}

function variableFaults(container: string, names: readonly string[]): readonly Fault[] {
  return [
    ...names
      .filter((name) => !/^[A-Za-z_.-][\w.-]*$/.test(name))
      .map((name) => ({
        message: `container ${container}: "${name}" is no name of a variable`,
        mend: 'use letters, digits and underscores, no digit first',
      })),
    ...repeated(names).map((name) => ({
      message: `container ${container}: the variable ${name} is set twice`,
      mend: 'keep one of the two; the last wins, and nobody sees it',
    })),
  ]
}

const portFaults = (container: string, names: readonly string[]): readonly Fault[] => [
  ...names
    .filter((name) => name.length > 15 || !/^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))
    .map((name) => ({
      message: `container ${container}: "${name}" is no name of a port`,
      mend: 'use at most 15 lower-case letters, digits and dashes',
    })),
  ...repeated(names).map((name) => ({
    message: `container ${container}: two ports are called ${name}`,
    mend: 'give each port a name of its own',
  })),
]

const repeated = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
]
