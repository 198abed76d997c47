import type { Value } from '../value.ts'
import { parseYaml } from '../yaml-text.ts'

export type EmbeddedDocument =
  Readonly<{ kind: 'read'; value: Value }> | Readonly<{ kind: 'broken'; reason: string }>

/** Reads YAML or JSON that stands as text inside an object; what cannot be read says why. */
export function readEmbedded(text: string): EmbeddedDocument {
  const [document] = parseYaml(text)
  const [fault] = document?.faults ?? []
  if (fault === undefined) return { kind: 'read', value: document?.value ?? null }
  return { kind: 'broken', reason: fault.message.split('\n')[0] ?? '' }
}

/** The value of a text that can be read; null where it cannot. */
export function embeddedValue(text: string): Value {
  const document = readEmbedded(text)
  return document.kind === 'read' ? document.value : null
}

/** Every document of a text that holds several; those that cannot be read are left out. */
export const embeddedValues = (text: string): readonly Value[] =>
  parseYaml(text)
    .filter(({ faults }) => faults.length === 0)
    .map(({ value }) => value)

/** Whether the name of a file promises YAML or JSON. */
export const isStructured = (name: string): boolean => /\.(?:ya?ml|json|rules)$/.test(name)
