import type { AuditInput, Check, Problem, SourceFile } from '../check.ts'
import { titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { documentsOf, isYamlPath, manifestsOf, parseYaml } from '../yaml-text.ts'
import { promisedSecrets, secretSourceOf } from './secret-source.ts'
import { filesWrittenBy, secretsMadeBy } from './secret-commands.ts'
import type { WrittenFiles } from './secret-commands.ts'

/** However a Secret comes into the cluster, the pods find the same keys in it. */
export const keyContractChecks: readonly Check[] = [
  {
    id: 'X08',
    severity: 'high',
    title: 'Every way to make a Secret gives it the same keys: by hand, sealed, external, from Vault',
    run: contractProblems,
  },
]

/** One way to make a Secret, with its place. */
type Recipe = Readonly<{
  name: string
  keys: readonly string[]
  file: string | null
  line: number
  object: string
}>

function contractProblems(input: AuditInput): readonly Problem[] {
  const recipes = recipesOf(input)
  const promised = new Map(promisedSecrets(input.settings).map((source) => [source.name, source]))
  const names = new Set(recipes.map(({ name }) => name))
  return [...names].flatMap((name) => {
    const promise = promised.get(name)
    const own = recipes.filter((recipe) => recipe.name === name)
    const expected = promise?.keys ?? own[0]?.keys ?? []
    const others = promise === undefined ? own.slice(1) : own
    const by = promise === undefined ? whereIs(own[0]) : 'audit.yaml'
    return others.flatMap((recipe) => differences(recipe, expected, promise?.optional ?? [], by))
  })
}

const whereIs = (recipe: Recipe | undefined): string => recipe?.file ?? recipe?.object ?? 'the first'

function differences(
  { name, keys, file, line, object }: Recipe,
  expected: readonly string[],
  optional: readonly string[],
  by: string,
): readonly Problem[] {
  const missing = expected.filter((key) => !keys.includes(key))
  const unknown = keys.filter((key) => !expected.includes(key) && !optional.includes(key))
  const parts = [
    ...(missing.length > 0 ? [`lacks ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`has ${unknown.join(', ')}`] : []),
  ]
  if (parts.length === 0) return []
  return [
    {
      file,
      ...(line > 0 ? { line } : {}),
      object,
      message: `Secret ${name} here ${parts.join(' and ')}, other than by ${by}`,
      mend: 'give it the keys of the contract, no more and no less',
    },
  ]
}

/** Recipes of builds, of files that no build holds, and of documents. */
function recipesOf({ builds, files }: AuditInput): readonly Recipe[] {
  const rendered = builds.flatMap(({ manifests }) => manifests.flatMap(ofManifest))
  const written = files.flatMap((file) => {
    if (isYamlPath(file.path)) return manifestsOf(documentsOf(file), file.path).flatMap(ofManifest)
    if (/\.md$/.test(file.path)) return ofDocument(file)
    return /\.(?:sh|ps1)$/.test(file.path) ? ofShell(file.text, filesWrittenBy(file.text), file, 1) : []
  })
  const seen = new Set(written.map(contentOf))
  const generated = rendered.filter((recipe) => {
    const isNew = !seen.has(contentOf(recipe))
    seen.add(contentOf(recipe))
    return isNew
  })
  return [...written, ...generated]
}

/** An object of a build was mostly written in a file, which is the better place to tell of. */
const contentOf = ({ name, keys }: Recipe): string => JSON.stringify([name, [...keys].sort()])

function ofManifest(manifest: Manifest): readonly Recipe[] {
  const source = secretSourceOf(manifest)
  if (source === null || source.keys === null) return []
  const { file, line } = manifest
  return [{ name: source.name, keys: source.keys, file, line, object: titleOf(manifest) }]
}

/** Fenced blocks of a Markdown file; files that one of them writes are there for the next. */
function ofDocument(file: SourceFile): readonly Recipe[] {
  const blocks = blocksOf(file.text)
  const shell = blocks.filter(({ language }) => SHELL.test(language))
  const written = filesWrittenBy(shell.map(({ text }) => text).join('\n'))
  return blocks.flatMap(({ language, text, line }) => {
    if (/^ya?ml$/.test(language)) {
      const manifests = manifestsOf(parseYaml(text), file.path)
      return manifests.flatMap((each) => ofManifest({ ...each, line: line + each.line - 1 }))
    }
    return SHELL.test(language) ? ofShell(text, written, file, line) : []
  })
}

type Block = Readonly<{ language: string; text: string; line: number }>

function blocksOf(text: string): readonly Block[] {
  let [from, line] = [0, 1]
  return [...text.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```/gm)].map((block) => {
    line += linesIn(text.slice(from, block.index))
    from = block.index
    return { language: block[1] ?? '', text: block[2] ?? '', line: line + 1 }
  })
}

const linesIn = (text: string): number => text.split('\n').length - 1

const SHELL = /^(?:sh|bash|shell|console|powershell)$/

const ofShell = (
  text: string,
  written: WrittenFiles,
  { path }: SourceFile,
  line: number,
): readonly Recipe[] =>
  secretsMadeBy(text, written).map((made) => ({ ...made, file: path, line, object: `Secret ${made.name}` }))
