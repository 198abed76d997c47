import { posix } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { AuditInput, Build, Problem, SourceFile } from '../check.ts'
import { manifestOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { at, isRecord, listAt, recordAt, textAt } from '../value.ts'
import type { Value, ValueRecord } from '../value.ts'
import { embeddedValue, embeddedValues } from './embedded-document.ts'
import { matchesLabels } from './label-selector.ts'
import { textsOf } from './scope.ts'

/** One patch of a kustomization: its text, read, and what it is for. */
type Patch = Readonly<{ name: string; value: Value; target: ValueRecord | null }>

const KUSTOMIZATION = /(?:^|\/)kustomization\.ya?ml$/

/** Patches that reach no object, and patches that repeat what the base says already. */
export const patchProblems = (input: AuditInput): readonly Problem[] =>
  input.files.filter(({ path }) => KUSTOMIZATION.test(path)).flatMap((file) => fileProblems(input, file))

function fileProblems(input: AuditInput, file: SourceFile): readonly Problem[] {
  const kustomization = embeddedValue(file.text)
  const folder = posix.dirname(file.path)
  const build = input.builds.find(({ path }) => path === folder)
  // What a Component patches depends on who includes it.
  if (build === undefined || build.error !== null || textAt(kustomization, 'kind') === 'Component') return []
  const before = objectsBefore(input, folder, kustomization)
  return patchesOf(input, folder, kustomization).flatMap((patch) => {
    const message = faultOf(patch, before, build)
    if (message === null) return []
    const mend = 'Take the patch out, or make it say what is meant.'
    return [{ file: file.path, object: '', message: `patch ${patch.name} ${message}`, mend }]
  })
}

/** The objects that the resources of a kustomization bring, before it changes them. */
const objectsBefore = (input: AuditInput, folder: string, kustomization: Value): readonly Manifest[] =>
  textsOf(listAt(kustomization, 'resources')).flatMap((resource) => {
    const path = posix.join(folder, resource)
    const build = input.builds.find((each) => each.path === path)
    if (build !== undefined) return build.manifests
    const file = input.files.find((each) => each.path === path)
    return embeddedValues(file?.text ?? '').flatMap((value) =>
      isRecord(value) ? [manifestOf(value, path)] : [],
    )
  })

function patchesOf(input: AuditInput, folder: string, kustomization: Value): readonly Patch[] {
  const textOf = (path: string): string =>
    input.files.find((file) => file.path === posix.join(folder, path))?.text ?? ''
  const entries = [...listAt(kustomization, 'patches'), ...listAt(kustomization, 'patchesJson6902')]
  const named = entries.flatMap((entry, index) => {
    const path = textAt(entry, 'path')
    const text = path === undefined ? (textAt(entry, 'patch') ?? '') : textOf(path)
    const target = isRecord(at(entry, 'target')) ? recordAt(entry, 'target') : null
    return embeddedValues(text).map((value) => ({ name: path ?? `${index + 1}`, value, target }))
  })
  const merged = textsOf(listAt(kustomization, 'patchesStrategicMerge')).flatMap((entry, index) => {
    const isInline = entry.includes('\n')
    return embeddedValues(isInline ? entry : textOf(entry)).map((value) => ({
      ...{ name: isInline ? `${index + 1}` : entry, value, target: null },
    }))
  })
  return [...named, ...merged]
}

/** What is wrong with a patch; null when it does something. */
function faultOf(patch: Patch, before: readonly Manifest[], build: Build): string | null {
  const targets = before.filter((manifest) => isTarget(patch, manifest))
  if (targets.length === 0) {
    const isReached = build.manifests.some((manifest) => isTarget(patch, manifest))
    return isReached || patch.target === null ? null : 'reaches no object'
  }
  const isIdle = targets.every(({ value }) => changesNothing(patch.value, value))
  return isIdle ? 'repeats what is there already, so that it does nothing' : null
}

function isTarget({ value, target }: Patch, manifest: Manifest): boolean {
  if (target === null) {
    return manifest.kind === textAt(value, 'kind') && manifest.name === textAt(value, 'metadata', 'name')
  }
  const isMatch = (key: string, text: string): boolean => {
    const pattern = textAt(target, key)
    return pattern === undefined || pattern === '' || expressionOf(pattern).test(text)
  }
  return (
    isMatch('kind', manifest.kind) &&
    isMatch('name', manifest.name) &&
    isMatch('namespace', manifest.namespace) &&
    matchesText(textAt(target, 'labelSelector'), manifest.labels) &&
    matchesText(textAt(target, 'annotationSelector'), manifest.annotations)
  )
}

/** The whole name by an expression; one that only Go reads is taken to match. */
function expressionOf(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`)
  } catch {
    return /^/
  }
}

/** `a=b,c` as selectors of kustomize write it. */
function matchesText(selector: string | undefined, labels: Readonly<Record<string, string>>): boolean {
  const parts = (selector ?? '').split(',').filter((part) => part.trim() !== '')
  return parts.every((part) => {
    const [key = '', value] = part.trim().split(/==?/)
    return value === undefined
      ? labels[key] !== undefined
      : matchesLabels({ matchLabels: { [key]: value } }, labels)
  })
}

/** Whether an object is the same after a patch as before. */
export const changesNothing = (patch: Value, object: Value): boolean =>
  Array.isArray(patch)
    ? (patch as readonly Value[]).every((operation) => isIdle(operation, object))
    : isPartOf(patch, object)

function isIdle(operation: Value, object: Value): boolean {
  const kind = textAt(operation, 'op')
  if (kind === 'test') return true
  if (kind !== 'replace' && kind !== 'add') return false
  const path = (textAt(operation, 'path') ?? '')
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  // `add` at a place of a list puts one more there.
  if (kind === 'add' && Array.isArray(at(object, ...path.slice(0, -1)))) return false
  return isDeepStrictEqual(at(object, ...path), at(operation, 'value'))
}

/** Keys by which lists of objects are merged. */
const MERGE_KEYS = ['name', 'containerPort', 'mountPath', 'port', 'topologyKey', 'ip'] as const

function isPartOf(patch: Value | undefined, object: Value | undefined): boolean {
  if (patch === null) return object === undefined || object === null
  if (Array.isArray(patch)) return isListPartOf(patch as readonly Value[], object)
  if (!isRecord(patch)) return patch === object
  if (Object.keys(patch).some((key) => key.startsWith('$'))) return false
  return isRecord(object) && Object.entries(patch).every(([key, value]) => isPartOf(value, object[key]))
}

function isListPartOf(patch: readonly Value[], object: Value | undefined): boolean {
  if (!Array.isArray(object)) return false
  const there = object as readonly Value[]
  if (isDeepStrictEqual(patch, there)) return true
  return patch.every((each) => {
    const key = MERGE_KEYS.find((name) => at(each, name) !== undefined)
    if (key === undefined) return false
    return there.some((other) => at(other, key) === at(each, key) && isPartOf(each, other))
  })
}
