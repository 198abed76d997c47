import type { Build } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { workloadOf } from '../workload.ts'
import { isFixed } from './scripts-source.ts'
import type { Line } from './scripts-source.ts'

export type Labels = Readonly<Record<string, string>>
/** One `key=value` of a selector. A value that only a run knows is that of an environment, or of whatever. */
export type Pair = Readonly<{ key: string; value: SelectorValue }>
type SelectorValue = Readonly<{ kind: 'text'; text: string } | { kind: 'environment' } | { kind: 'any' }>

/** The labels of every object, and of the pods that it makes. */
export const knownLabels = (builds: readonly Pick<Build, 'manifests'>[]): readonly Labels[] =>
  builds.flatMap(({ manifests }) => manifests.flatMap(labelsOf))

export function labelsOf(manifest: Manifest): readonly Labels[] {
  const pods = workloadOf(manifest)?.podLabels
  return pods === undefined ? [manifest.labels] : [manifest.labels, pods]
}

/**
 * The equalities of a selector. `{name}` and `$name` stand for what the script gives them: in Bash by
 * `name) printf ... 'text'`, in PowerShell by `'name' { return 'text' }`, in both by `name='text'`.
 */
export function selectorPairs(selector: string, lines: readonly Line[]): readonly Pair[] {
  const variable = /^(?:\{(\w+)\}|\$\{?(\w+)\}?)$/.exec(selector)
  const text = variable === null ? selector : (textOf(variable[1] ?? variable[2] ?? '', lines) ?? selector)
  return text.split(',').flatMap((part) => {
    const [, key, value] = /^([\w./-]+)==?(.*)$/.exec(part.trim()) ?? []
    if (key === undefined || value === undefined) return []
    return [{ key, value: valueOf(value) }]
  })
}

function valueOf(text: string): SelectorValue {
  if (isFixed(text)) return { kind: 'text', text }
  return { kind: /env/i.test(text) ? 'environment' : 'any' }
}

function textOf(name: string, lines: readonly Line[]): string | undefined {
  const forms = [
    new RegExp(`^\\s*${name}\\)\\s.*?["']([^"'%]+=[^"'%]+)["']`),
    new RegExp(`^\\s*'${name}'\\s*\\{\\s*return\\s+["']([^"']+)["']`),
    new RegExp(`^\\s*(?:readonly\\s+|local\\s+|\\$)?${name}\\s*=\\s*["']([^"']+)["']`, 'i'),
  ]
  for (const { text } of lines) {
    for (const form of forms) {
      const found = form.exec(text)?.[1]
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** Whether some object has all labels of a selector; an environment is the name of an overlay. */
export const matchesAny = (
  pairs: readonly Pair[],
  known: readonly Labels[],
  environments: readonly string[],
): boolean => known.some((labels) => pairs.every((pair) => matches(pair, labels[pair.key], environments)))

function matches({ value }: Pair, has: string | undefined, environments: readonly string[]): boolean {
  if (has === undefined) return false
  switch (value.kind) {
    case 'text':
      return has === value.text
    case 'environment':
      return environments.length === 0 || environments.includes(has)
    case 'any':
      return true
    default:
      return value satisfies never
  }
}
