import { isAlias, isMap, isPair, isScalar, LineCounter, parseAllDocuments } from 'yaml'
import type { Document, ScalarTag, Tags } from 'yaml'
import type { SourceFile } from './check.ts'
import { manifestOf } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import { isRecord, listAt, textAt } from './value.ts'
import type { Value } from './value.ts'

/** One document of a YAML text: its value, the line it begins on, and what is wrong with it. */
export type YamlDocument = Readonly<{ value: Value; line: number; faults: readonly YamlFault[] }>
export type YamlFault = Readonly<{ line: number; message: string }>

/** Aliases that one document may expand to; the rest is a bomb. */
const ALIASES_MAX = 1000
const FAULTS_MAX = 20

/** Kubernetes reads `0440` as octal, as YAML 1.1 did. */
const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0[0-7]+$/,
  resolve: (text) => parseInt(text, 8),
}
const customTags = (tags: Tags): Tags => [octal, ...tags]

/**
 * Every document of a text, read strictly: a key that is given twice, a broken document and a bomb of aliases
 * are faults. Never throws.
 */
export function parseYaml(text: string): readonly YamlDocument[] {
  const counter = new LineCounter()
  const options = { lineCounter: counter, customTags, merge: true, uniqueKeys: true, prettyErrors: false }
  try {
    const documents = parseAllDocuments(text, options)
    return Array.isArray(documents) ? documents.map((each) => documentOf(each, counter)) : []
  } catch (error) {
    return [{ value: null, line: 1, faults: [{ line: 1, message: `cannot be read: ${wordsOf(error)}` }] }]
  }
}

function documentOf(document: Document.Parsed, counter: LineCounter): YamlDocument {
  const line = counter.linePos(firstOffset(document)).line
  const faults = [...document.errors, ...document.warnings].slice(0, FAULTS_MAX).map(({ pos, message }) => ({
    line: counter.linePos(pos[0]).line,
    message,
  }))
  if (faults.length > 0) return { value: null, line, faults }
  try {
    return { value: document.toJS({ maxAliasCount: ALIASES_MAX }) as Value, line, faults: [] }
  } catch (error) {
    return { value: null, line, faults: [{ line, message: wordsOf(error) }] }
  }
}

/** Where the first key stands: comments above it are no part of the object. */
function firstOffset(document: Document.Parsed): number {
  const { contents } = document
  const first = isMap(contents) ? contents.items[0] : undefined
  const node = isPair(first) ? first.key : contents
  const range = isScalar(node) || isMap(node) || isAlias(node) ? node.range : null
  return range?.[0] ?? document.range[0]
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Documents of a file, parsed once however many checks ask. */
export function documentsOf(file: SourceFile): readonly YamlDocument[] {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const documents = parseYaml(file.text)
  parsed.set(file, documents)
  return documents
}

const parsed = new WeakMap<SourceFile, readonly YamlDocument[]>()

export const isYamlPath = (path: string): boolean => /\.ya?ml$/i.test(path)

/** The objects of Kubernetes among documents, those of lists one by one. */
export const manifestsOf = (
  documents: readonly YamlDocument[],
  file: string | null = null,
): readonly Manifest[] => documents.flatMap(({ value, line }) => objectsOf(value, file, line))

function objectsOf(value: Value, file: string | null, line: number): readonly Manifest[] {
  if (!isRecord(value)) return []
  const kind = textAt(value, 'kind')
  if (kind === undefined || textAt(value, 'apiVersion') === undefined) return []
  if (kind === 'List') return listAt(value, 'items').flatMap((item) => objectsOf(item, file, line))
  return [manifestOf(value, file, line)]
}
