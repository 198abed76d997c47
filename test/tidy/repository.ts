import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceFile } from './source-file.ts'

export const root = join(import.meta.dirname, '..', '..')

const PATTERNS = [
  '*.{js,ts,md}',
  '{src,test,bench,examples,docs,dashboard,scripts}/**/*.{ts,js,css,html,sql,md}',
  'k8s/**/*.md',
] as const

/** Manifests and guides that checks must find faults in. */
const isFaultyOnPurpose = (path: string): boolean =>
  /^test\/adapters\/kubernetes\/(?:fixtures|forerunner)\//.test(path)

/** The repository's own code and documents, by path. */
export const readRepository = (): readonly SourceFile[] =>
  globSync(PATTERNS, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !isFaultyOnPurpose(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
