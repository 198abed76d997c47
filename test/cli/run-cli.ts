import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { runCli } from '../../src/cli/cdb.ts'

export type CliRun = Readonly<{ code: number; stdout: string; stderr: string }>

/** Runs one command line in this process, with its output captured. */
export async function runCaptured(
  argv: readonly string[],
  signal = new AbortController().signal,
): Promise<CliRun> {
  const captured = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        captured[name] += chunk.toString('utf8')
        done()
      },
    })
  const terminal = { stdout: stream('stdout'), stderr: stream('stderr'), isTTY: false, signal }
  const code = await runCli(argv, terminal)
  return { code, ...captured }
}

/**
 * Compares a text with the golden file of that name. `CDB_UPDATE_GOLDEN=1` writes the file instead; the
 * change is then read in review.
 */
export function assertGolden(name: string, actual: string): void {
  const path = fileURLToPath(new URL(`../golden/cli/${name}`, import.meta.url))
  if (process.env['CDB_UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, actual)
    return
  }
  assert(existsSync(path), `no golden file ${name}: run with CDB_UPDATE_GOLDEN=1 and read what it wrote`)
  assert.equal(
    actual,
    readFileSync(path, 'utf8'),
    `${name} differs: run with CDB_UPDATE_GOLDEN=1 if it should`,
  )
}

/** One text of everything that a command line gives; folders of the run are named, not shown. */
export function transcript(argv: readonly string[], run: CliRun, folder = ''): string {
  const text = `$ cdb ${argv.join(' ')}\nexit code ${run.code}\n--- stdout\n${run.stdout}--- stderr\n${run.stderr}`
  return folder === '' ? text : text.replaceAll(`file://${folder}`, 'FOLDER').replaceAll(folder, 'FOLDER')
}
