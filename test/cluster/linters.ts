/*
 * Runs the linters that others have written over the manifests of both environments, and over those of the
 * forerunner for comparison: node test/cluster/linters.ts. Prints the counts, and ends with 1 on a finding
 * that k8s/linters.yaml does not waive, a waiver that waives nothing, or counts that are not those of the
 * guide; --write writes them there.
 */
import { execFile, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { format } from 'prettier'
import { root } from '../tidy/repository.ts'
import { findKubectl } from './kubectl.ts'
import {
  judge,
  lintCounts,
  linterNames,
  lintTable,
  parseKubeLinter,
  parseKubeScore,
  parseLintWaivers,
} from './lint-findings.ts'
import type { LintFinding, LinterName, LintWaiver } from './lint-findings.ts'
import { buildLinter, linterBuilds } from './linter-builds.ts'

const folders = {
  prod: 'k8s/overlays/prod',
  dev: 'k8s/overlays/dev',
  forerunner: 'test/adapters/kubernetes/forerunner/overlays/prod',
} as const
type Render = keyof typeof folders

const RENDER_TIMEOUT_MS = 120_000
const LINT_TIMEOUT_MS = 300_000
const OUTPUT_BYTES_MAX = 64 << 20

export const lintGuidePath = join(root, 'docs', 'guides', 'manifest-linters.md')

const parsers: Readonly<Record<LinterName, (text: string) => readonly LintFinding[]>> = {
  'kube-linter': parseKubeLinter,
  'kube-score': parseKubeScore,
}

/** The waivers of the repository. */
export const readLintWaivers = (): readonly LintWaiver[] =>
  parseLintWaivers(readFileSync(join(root, 'k8s', 'linters.yaml'), 'utf8'))

const say = (line: string): void => void process.stderr.write(`${line}\n`)

async function render(folder: string): Promise<string> {
  const options = { cwd: root, timeout: RENDER_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX }
  return (await promisify(execFile)(await findKubectl(), ['kustomize', folder], options)).stdout
}

/** What a linter prints about manifests. Its exit code says only whether it has found something. */
function lint(binary: string, args: readonly string[], manifests: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('nice', ['-n', '19', binary, ...args], { timeout: LINT_TIMEOUT_MS })
    let [output, errors] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code !== null && output !== '') resolve(output)
      else reject(new Error(`${binary} ended with ${signal ?? `exit code ${String(code)}`}: ${errors}`))
    })
    // One that ends before it has read all is judged by its end.
    child.stdin.on('error', () => undefined)
    child.stdin.end(manifests)
  })
}

/** The findings of every linter in one render. */
async function findingsIn(name: Render): Promise<readonly LintFinding[]> {
  const manifests = await render(folders[name])
  const findings: LintFinding[] = []
  for (const linter of linterNames) {
    const binary = await buildLinter(linter, say)
    findings.push(...parsers[linter](await lint(binary, linterBuilds[linter].args, manifests)))
  }
  return findings
}

/** The guide with the counts between its marks. */
async function guideWith(table: string): Promise<string> {
  const parts = /^([^]*<!-- generated: counts -->\n)[^]*?(<!-- end -->[^]*)$/.exec(
    readFileSync(lintGuidePath, 'utf8'),
  )
  if (parts === null) throw new Error(`${lintGuidePath} has no place for the counts`)
  return format(`${parts[1] ?? ''}\n${table}\n\n${parts[2] ?? ''}`, { parser: 'markdown', printWidth: 110 })
}

async function run(isWriting: boolean): Promise<boolean> {
  const renders = {
    prod: await findingsIn('prod'),
    dev: await findingsIn('dev'),
    forerunner: await findingsIn('forerunner'),
  }
  const { waived, open, unused } = judge([...renders.prod, ...renders.dev], readLintWaivers())
  const table = lintTable(lintCounts(renders, waived))
  process.stdout.write(await format(table, { parser: 'markdown' }))
  for (const { linter, check, object, message } of open) say(`${linter} ${check}: ${object}: ${message}`)
  for (const { linter, check, object } of unused) say(`waives nothing: ${linter} ${check} for ${object}`)
  const guide = await guideWith(table)
  if (isWriting) writeFileSync(lintGuidePath, guide)
  const isSame = readFileSync(lintGuidePath, 'utf8') === guide
  if (!isSame) say('docs/guides/manifest-linters.md has other counts: node test/cluster/linters.ts --write')
  say(`${open.length} open, ${waived.length} waived, ${unused.length} waivers unused`)
  return open.length === 0 && unused.length === 0 && isSame
}

if (import.meta.main) process.exitCode = (await run(process.argv.includes('--write'))) ? 0 : 1
