import { importsOf, isSource, isTypeScript } from './source-file.ts'
import type { Rule, SourceFile } from './source-file.ts'

/** Source files without a test of their own at the mirrored path, each with its reason. */
export type Untested = Readonly<Record<string, string>>

/**
 * The test of src/a/b.ts is test/a/b.test.ts; a file that needs none is listed, and a listing that is idle
 * goes.
 */
export const mirroredTests =
  (untested: Untested): Rule =>
  (files) => {
    const paths = new Set(files.map(({ path }) => path))
    const violation = (path: string, message: string) => ({ path, line: 0, rule: 'mirrored-tests', message })
    const missing = files
      .filter((file) => isSource(file) && !isTypesOnly(file) && !paths.has(testOf(file.path)))
      .filter(({ path }) => !Object.hasOwn(untested, path))
      .map(({ path }) => violation(path, `has no test at ${testOf(path)}`))
    const idle = Object.keys(untested)
      .filter((path) => !paths.has(path) || paths.has(testOf(path)))
      .map((path) => violation(path, 'is listed as untested, but is gone or has a test'))
    const orphans = files
      .filter(
        ({ path }) =>
          path !== OF_ALL_COMMANDS &&
          /^test\/(?:domain|engine|adapters|services|cli)\/.*\.test\.ts$/.test(path),
      )
      .filter(({ path }) => !paths.has(sourceOf(path)) && !isOfFolder(sourceOf(path), paths))
      .map(({ path }) => violation(path, `tests nothing at ${sourceOf(path)}`))
    return [...missing, ...idle, ...orphans]
  }

/** What every command prints is one test's business. */
const OF_ALL_COMMANDS = 'test/cli/golden.test.ts'

const testOf = (path: string): string => path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts')
const sourceOf = (path: string): string => path.replace(/^test\//, 'src/').replace(/\.test\.ts$/, '.ts')

/** A test may be of a whole folder: test/engine/risk.test.ts of src/engine/risk/. */
const isOfFolder = (path: string, paths: ReadonlySet<string>): boolean =>
  [...paths].some((known) => known.startsWith(`${path.replace(/\.ts$/, '')}/`))

/** Nothing is left of it when types are stripped, so that there is nothing to run. */
const isTypesOnly = (file: SourceFile): boolean =>
  !/^(?:export\s+)?(?:default|async|const|let|function|class|await|import\s*\(|for|if)\b/m.test(file.text)

/**
 * Where running begins: the command line, tests and long runs, benches, examples, the scripts of documents,
 * and what is loaded by its name.
 */
const isRoot = ({ path }: SourceFile): boolean =>
  path === 'src/cli/cdb.ts' ||
  /^test\/(?:[a-z]+\/)?run\.ts$/.test(path) ||
  path === 'test/simulation/crash-run.ts' ||
  path === 'test/chaos/busy-strategy.ts' ||
  path.endsWith('.test.ts') ||
  /^(?:bench|examples|docs)\/[^/]+\.ts$/.test(path) ||
  isScript(path)

/** A script of the repository has a test of its name. */
const isScript = (path: string): boolean => /^scripts\/[^/]+\.ts$/.test(path)

/** Every file is reached from a root; what nothing runs and nothing tests is deleted. */
export const noDeadFiles: Rule = (files) => {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const roots = files.filter(isRoot)
  const reached = new Set(roots.map(({ path }) => path))
  const queue = [...roots]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const { target } of importsOf(file)) {
      const next = target === null ? undefined : byPath.get(target)
      if (next === undefined || reached.has(next.path)) continue
      reached.add(next.path)
      queue.push(next)
    }
  }
  return files
    .filter((file) => isTypeScript(file) && !reached.has(file.path))
    .map(({ path }) => ({
      path,
      line: 0,
      rule: 'no-dead-files',
      message: 'nothing that runs reaches it: delete it',
    }))
}
