import { deployed } from '../check.ts'
import type { AuditInput, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, recordAt, textAt } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import { commandsOf, isPowershell, isShell, isYaml, readDocument } from './documents-text.ts'
import { embeddedValue } from './embedded-document.ts'
import { referencesOf } from './object-reference.ts'
import { kindOf } from './scripts-kinds.ts'
import { labelsOf, matchesAny, selectorPairs } from './scripts-labels.ts'
import type { Labels } from './scripts-labels.ts'
import {
  isFixed,
  kubectlCalls,
  optionOf,
  parseLines,
  plainWords,
  scriptsOf,
  wholeLines,
} from './scripts-source.ts'
import type { KubectlCall, Line } from './scripts-source.ts'

/** D02: what scripts and documents name is there. */
export const scriptNameChecks: readonly Check[] = [
  {
    id: 'D02',
    severity: 'high',
    title: 'every name, label and namespace in scripts and documents is rendered',
    run: nameProblems,
  },
]

/** A call, and the lines in which its words may have been given a meaning. */
type Place = Readonly<{ call: KubectlCall; lines: readonly Line[] }>

type Known = Readonly<{
  /** `deployment/cdb-ws`, kinds in lower case. */
  objects: ReadonlySet<string>
  kinds: ReadonlySet<string>
  namespaces: ReadonlySet<string>
  labels: readonly Labels[]
}>

/** A script touches what is deployed; a document also tells of what is made and applied by hand. */
function nameProblems(input: AuditInput): readonly Problem[] {
  const all = [...input.builds.flatMap((build) => build.manifests), ...input.gitops]
  if (all.length === 0) return []
  const inScripts = scriptPlaces(input)
  const inDocuments = documentPlaces(input)
  const running = [...deployed(input).flatMap((build) => build.manifests), ...input.gitops]
  const written = madeInDocuments(input, [...inScripts, ...inDocuments])
  return [
    ...placesProblems(inScripts, knownOf(input, running, []), input.environments),
    ...placesProblems(inDocuments, knownOf(input, all, written), input.environments),
  ]
}

const placesProblems = (
  places: readonly Place[],
  known: Known,
  environments: readonly string[],
): readonly Problem[] =>
  places.flatMap((place) => [
    ...namespaceProblems(place, known),
    ...objectProblems(place, known),
    ...selectorProblems(place, known, environments),
  ])

function scriptPlaces(input: AuditInput): readonly Place[] {
  const all = scriptsOf(input)
  return all.flatMap((script) => {
    const lines = wholeLines(script, all)
    return kubectlCalls(script.path, script.lines).map((call) => ({ call, lines }))
  })
}

const documentPlaces = ({ files }: AuditInput): readonly Place[] =>
  files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      readDocument(text)
        .blocks.filter(isShell)
        .flatMap((block) => {
          const lines = parseLines(commandsOf(block), isPowershell(block) ? '`' : '\\')
          return kubectlCalls(path, lines).map((call) => ({
            call: { ...call, line: call.line + block.line - 1 },
            lines,
          }))
        }),
    )

/** Namespaces that come with a cluster or with what is installed beside us. */
const FOREIGN: readonly string[] = (
  'default kube-system kube-public flux-system argocd external-secrets sealed-secrets vault monitoring ' +
  'cert-manager keda cnpg-system'
).split(' ')

/** Kinds that are never made by a controller beside us: a name of theirs that is not rendered is wrong. */
const OURS: readonly string[] = ['deployment', 'statefulset', 'daemonset', 'service', 'cronjob']

function knownOf(input: AuditInput, manifests: readonly Manifest[], written: readonly string[]): Known {
  const secrets = [
    ...Object.keys(recordAt(input.settings, 'secrets')),
    ...workloadsOf(manifests).flatMap((workload) => referencesOf(workload, 'Secret').map(({ name }) => name)),
  ]
  const foreign = listAt(input.settings, 'externalNamespaces').filter((each) => typeof each === 'string')
  const objects = new Set([
    ...manifests.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`),
    ...secrets.map((name) => `secret/${name}`),
    ...manifests.flatMap(claimsOf),
    ...written,
  ])
  const made = [...objects].flatMap((each) => /^namespace\/(.+)/.exec(each)?.[1] ?? [])
  return {
    objects,
    kinds: new Set([...OURS, ...[...objects].map((each) => each.split('/')[0] ?? '')]),
    namespaces: new Set([...manifests.map(({ namespace }) => namespace), ...made, ...FOREIGN, ...foreign]),
    labels: manifests.flatMap(labelsOf),
  }
}

/** The claims that a StatefulSet makes: `data-redis-0`. */
function claimsOf({ kind, name, value }: Manifest): readonly string[] {
  if (kind !== 'StatefulSet') return []
  const templates = listAt(value, 'spec', 'volumeClaimTemplates')
  return templates.map((each) => `persistentvolumeclaim/${textAt(each, 'metadata', 'name') ?? ''}-${name}-0`)
}

/** What the documents themselves tell the reader to make. */
function madeInDocuments(input: AuditInput, places: readonly Place[]): readonly string[] {
  const created = places.flatMap(({ call }) => {
    const [verb, kind = '', ...rest] = plainWords(call)
    if (verb !== 'create') return []
    return rest.map((name) => `${kindOf(kind)}/${name}`)
  })
  const written = input.files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ text }) => readDocument(text).blocks.filter(isYaml))
    .flatMap(({ text }) => text.split(/^---$/m))
    .map((text) => embeddedValue(text))
    .map(
      (value) => `${(textAt(value, 'kind') ?? '').toLowerCase()}/${textAt(value, 'metadata', 'name') ?? ''}`,
    )
  return [...created, ...written]
}

const problemOf = ({ call }: Place, message: string, mend: string): Problem => ({
  ...{ file: call.path, line: call.line, object: '' },
  message: `${message}: kubectl ${call.words.join(' ')}`,
  mend,
})

const namespaceOf = ({ call }: Place): string | undefined => optionOf(call, '-n', '--namespace')

function namespaceProblems(place: Place, known: Known): readonly Problem[] {
  const namespace = namespaceOf(place)
  if (namespace === undefined || !isFixed(namespace) || known.namespaces.has(namespace)) return []
  return [problemOf(place, `no namespace ${namespace} is rendered`, 'name one that is')]
}

/** Verbs whose words are `kind name` or `kind/name`; how many words stand before them. */
const BEFORE: Readonly<Record<string, number>> = {
  ...{
    get: 1,
    describe: 1,
    delete: 1,
    wait: 1,
    scale: 1,
    patch: 1,
    edit: 1,
    annotate: 1,
    label: 1,
    expose: 1,
  },
  ...{ rollout: 2, set: 2, logs: 1, exec: 1, 'port-forward': 1 },
}
/** They take a pod's name where no kind is given. */
const OF_PODS: readonly string[] = ['logs', 'exec', 'port-forward', 'cp']

function objectProblems(place: Place, known: Known): readonly Problem[] {
  return objectsOf(plainWords(place.call))
    .filter(
      ({ kind, name }) =>
        isFixed(kind) && isFixed(name) && known.kinds.has(kind) && !hasObject(known, kind, name),
    )
    .map(({ kind, name }) => problemOf(place, `no ${kind} ${name} is rendered`, 'name one that is'))
}

type Named = Readonly<{ kind: string; name: string }>

function objectsOf(words: readonly string[]): readonly Named[] {
  const verb = words[0] ?? ''
  const before = BEFORE[verb]
  if (before === undefined) return []
  const [first = '', ...names] = words.slice(before)
  if (first.includes('/')) {
    const all = OF_PODS.includes(verb) ? [first] : [first, ...names.filter((name) => name.includes('/'))]
    return all.map((word) => ({ kind: kindOf(word.split('/')[0] ?? ''), name: word.split('/')[1] ?? '' }))
  }
  if (OF_PODS.includes(verb) || first.includes(',')) return []
  const isAssigned = ['annotate', 'label', 'set'].includes(verb)
  return names
    .filter((name) => !isAssigned || !/[=-]$|=/.test(name))
    .map((name) => ({ kind: kindOf(first), name }))
}

/** A generated ConfigMap bears a hash behind its name. */
const hasObject = ({ objects }: Known, kind: string, name: string): boolean =>
  objects.has(`${kind}/${name}`) ||
  (kind === 'configmap' &&
    [...objects].some((each) => each.replace(/-[a-z0-9]{10}$/, '') === `configmap/${name}`))

function selectorProblems(place: Place, known: Known, environments: readonly string[]): readonly Problem[] {
  const selector = optionOf(place.call, '-l', '--selector')
  const namespace = namespaceOf(place)
  if (selector === undefined || (namespace !== undefined && FOREIGN.includes(namespace))) return []
  const pairs = selectorPairs(selector, place.lines)
  if (pairs.length === 0 || matchesAny(pairs, known.labels, environments)) return []
  return [problemOf(place, `no object has the labels ${selector}`, 'select by labels that the objects have')]
}
