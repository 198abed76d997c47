import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { groupOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { isRecord, recordAt, textAt, textsAt } from '../value.ts'
import type { Value } from '../value.ts'
import { problemOf } from './scope.ts'

/** R05, R06: what was meant to be filled in. */
export const placeholderChecks: readonly Check[] = [
  {
    id: 'R05',
    severity: 'blocker',
    title: 'Nothing that is deployed is a placeholder',
    run: (input) =>
      [...deployed(input).flatMap(({ manifests }) => manifests), ...input.gitops].flatMap(
        placeholderProblems,
      ),
  },
  {
    id: 'R06',
    severity: 'high',
    title: 'Variables are substituted where they are declared, and nowhere else',
    run: (input) => deployed(input).flatMap((build) => substitutionProblems(build, input)),
  },
]

const UNFINISHED = ['TO' + 'DO', 'FIX' + 'ME', 'TBD'].join('|')

const PLACEHOLDERS: readonly RegExp[] = [
  /\bchange[-_ ]?me(?![a-z])/i,
  /\byour[-_](?:registry|org|organization|repo|repository|user(?:name)?|domain|project)\b/i,
  /\byour[-_](?:cluster|password|secret|token|key|name)\b/i,
  new RegExp(`\\b(?:${UNFINISHED})\\b`),
  /\bexample\.(?:com|org|net)\b/i,
  /(?:^|[/@.])[\w-]+\.example(?:[:/]|$)/,
  /<(?:your|insert|replace|enter|fill)\b[^<>]*>/i,
  /^<[A-Za-z][\w .-]*>$/,
  /\b(?:REPLACE|INSERT|FILL)[-_ ]?(?:ME|THIS|IN|HERE)\b/,
]

function placeholderProblems(manifest: Manifest): readonly Problem[] {
  return textsIn(manifest.value, '').flatMap(({ path, text }) => {
    const found = PLACEHOLDERS.flatMap((pattern) => pattern.exec(text)?.[0] ?? [])[0]
    if (found === undefined) return []
    const message = `${path} holds the placeholder "${found.trim()}"`
    return [
      problemOf(manifest, { message, mend: 'write the real value, in the overlay if it differs there' }),
    ]
  })
}

type Text = Readonly<{ path: string; text: string }>

/** Every text in a value with its path, keys of maps included. */
function textsIn(value: Value | undefined, path: string): readonly Text[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (Array.isArray(value)) {
    return value.flatMap((each: Value, index) => textsIn(each, `${path}[${index}]`))
  }
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, each]) => textsIn(each, path === '' ? key : `${path}.${key}`))
}

/** As Flux reads it: a name, and a default or another expression behind it. `$${x}` stays `${x}`. */
const VARIABLE = /(?<!\$)\$\{(?<name>[A-Za-z_]\w*)(?<rest>[^}]*)\}/g

const SUBSTITUTE = 'kustomize.toolkit.fluxcd.io/substitute'

function substitutionProblems(build: Build, { gitops, builds }: AuditInput): readonly Problem[] {
  const substituting = gitops.filter(
    (each) =>
      groupOf(each) === 'kustomize.toolkit.fluxcd.io' &&
      Object.keys(recordAt(each.value, 'spec', 'postBuild')).length > 0,
  )
  return build.manifests.flatMap((manifest) => {
    const by = substituting.filter((each) => holds(each, manifest, build, builds))
    return by.length === 0
      ? plainProblems(manifest)
      : by.flatMap((each) => undeclaredProblems(manifest, Object.keys(declaredBy(each)), each.name))
  })
}

const declaredBy = ({ value }: Manifest): Readonly<Record<string, string>> =>
  textsAt(value, 'spec', 'postBuild', 'substitute')

/** Whether what a Kustomization of Flux builds has the object. */
function holds(flux: Manifest, manifest: Manifest, whole: Build, builds: readonly Build[]): boolean {
  const path = (textAt(flux.value, 'spec', 'path') ?? '').replace(/\/$/, '')
  return builds.some(
    (build) =>
      (build.path === '.' || path.endsWith(`/${build.path}`) || path === build.path) &&
      build.environment === whole.environment &&
      build.manifests.some(({ kind, name }) => kind === manifest.kind && name === manifest.name),
  )
}

function undeclaredProblems(
  manifest: Manifest,
  declared: readonly string[],
  flux: string,
): readonly Problem[] {
  if (manifest.annotations[SUBSTITUTE] === 'disabled' || manifest.labels[SUBSTITUTE] === 'disabled') return []
  const mend = `declare it in spec.postBuild.substitute of ${flux}, or annotate ${SUBSTITUTE}: disabled`
  return variablesIn(manifest)
    .filter(({ name, rest }) => !declared.includes(name) && !/^:?[-=+?:]/.test(rest))
    .map(({ path, name }) =>
      problemOf(manifest, {
        message: `${path}: \${${name}} is declared nowhere, and Flux replaces it`,
        mend,
      }),
    )
}

/** Where nobody substitutes, a variable outside of scripts and configuration is one that was forgotten. */
function plainProblems(manifest: Manifest): readonly Problem[] {
  if (['ConfigMap', 'Secret', 'PrometheusRule'].includes(manifest.kind)) return []
  return variablesIn(manifest)
    .filter(({ path }) => !/\.(?:command|args|env|annotations)\b/.test(path))
    .map(({ path, name }) =>
      problemOf(manifest, {
        message: `${path}: nobody replaces \${${name}}`,
        mend: 'write the value, or declare it in spec.postBuild.substitute of the Kustomization of Flux',
      }),
    )
}

const variablesIn = (manifest: Manifest): readonly Readonly<{ path: string; name: string; rest: string }>[] =>
  textsIn(manifest.value, '').flatMap(({ path, text }) =>
    [...text.matchAll(VARIABLE)].map(({ groups }) => ({
      path,
      name: groups?.['name'] ?? '',
      rest: groups?.['rest'] ?? '',
    })),
  )
