/*
 * Runs everything that must hold: types, lint, format, then every test file. The last line on stdout is
 * "N passed, N failed", with ", N skipped" when some were. `npm test -- test/domain` runs a part, without the
 * checks.
 */
import { spawn } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { run } from 'node:test'
import type { EventData } from 'node:test'
import { inspect } from 'node:util'

const root = join(import.meta.dirname, '..')
const CONCURRENCY_MAX = 4
const FILE_TIMEOUT_MS = 600_000

type Counts = { passed: number; failed: number; skipped: number }

const checks: Readonly<Record<string, readonly string[]>> = {
  'types (tsc)': ['node_modules/typescript/bin/tsc', '-p', '.'],
  'lint (eslint)': ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'],
  'format (prettier)': ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
}

/** Compiled code is kept between the processes that run the files. */
process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules', '.cache', 'compile')

const counts: Counts = { passed: 0, failed: 0, skipped: 0 }

async function runAll(chosen: readonly string[]): Promise<void> {
  if (chosen.length === 0) await runChecks()
  await runFiles(filesOf(chosen.length === 0 ? ['test'] : chosen))
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  write(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
}

function write(line: string): void {
  process.stdout.write(`${line}\n`)
}

function filesOf(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const full = join(root, path)
    const found = statSync(full).isDirectory() ? globSync('**/*.test.ts', { cwd: full }) : ['']
    return found.map((name) => join(full, name)).sort()
  })
}

async function runChecks(): Promise<void> {
  await Promise.all(Object.entries(checks).map(([name, args]) => runCheck(name, args)))
}

function runCheck(name: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const startMs = Date.now()
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.on('close', (code) => {
      counts[code === 0 ? 'passed' : 'failed']++
      write(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name}  ${Date.now() - startMs} ms`)
      if (code !== 0) write(output.trimEnd())
      resolve()
    })
  })
}

/** The events of the runner that are heard here, and one for all others; its stream is not typed by them. */
type TestEvent =
  | Readonly<{ type: 'test:start'; data: unknown }>
  | Readonly<{ type: 'test:stdout' | 'test:stderr'; data: EventData.TestStderr }>
  | Readonly<{ type: 'test:fail'; data: EventData.TestFail }>
  | Readonly<{ type: 'test:summary'; data: EventData.TestSummary }>

async function runFiles(files: string[]): Promise<void> {
  const failures: string[] = []
  const spoken = new Map<string, string>()
  const concurrency = Math.min(CONCURRENCY_MAX, availableParallelism())
  const events: AsyncIterable<TestEvent> = run({ files, concurrency, timeout: FILE_TIMEOUT_MS, cwd: root })
  for await (const event of events) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') {
      const { file, message } = event.data
      spoken.set(file, `${spoken.get(file) ?? ''}${message}`)
    } else if (event.type === 'test:fail') {
      if (!isSubtestFailure(event.data)) failures.push(describe(event.data))
    } else if (event.type === 'test:summary') {
      if (event.data.file === undefined) addCounts(event.data.counts)
      else fileDone(event.data, spoken.get(event.data.file) ?? '')
    }
  }
  for (const failure of failures) write(`\n${failure}`)
}

/** A file or suite that fails only because a test in it did. */
const isSubtestFailure = ({ details }: EventData.TestFail): boolean =>
  'failureType' in details.error && details.error.failureType === 'subtestsFailed'

/** What neither passed nor was left out has failed, whatever the runner calls it. */
const failedOf = ({ tests, passed, skipped }: EventData.TestSummary['counts']): number =>
  tests - passed - skipped

function addCounts(all: EventData.TestSummary['counts']): void {
  counts.passed += all.passed
  counts.failed += failedOf(all)
  counts.skipped += all.skipped
}

function fileDone({ file, counts: own, duration_ms }: EventData.TestSummary, output: string): void {
  const failed = failedOf(own)
  const skippedHere = own.skipped > 0 ? `, ${own.skipped} skipped` : ''
  const name = relative(root, file ?? '')
  write(
    `${failed === 0 ? 'ok  ' : 'FAIL'}  ${name}  ${own.tests} tests${skippedHere}, ${Math.round(duration_ms)} ms`,
  )
  if (failed > 0 && output !== '') write(output.trimEnd())
}

function describe({ name, file, line, details }: EventData.TestFail): string {
  const place = file === undefined ? '' : `${relative(root, file)}:${line ?? 0}`
  const { cause }: Readonly<{ cause?: unknown }> = details.error
  const shown = inspect(cause ?? details.error, { colors: process.stdout.isTTY })
  return `FAIL  ${name}\n      ${place}\n${shown.replace(/^/gm, '      ')}`
}

await runAll(process.argv.slice(2)).catch((error: unknown) => {
  // The runner of node:test would swallow it.
  write(inspect(error))
  process.exitCode = 1
})
