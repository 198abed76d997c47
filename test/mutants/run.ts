import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { mutants } from './mutants.ts'
import type { Mutant } from './mutants.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const TIME_LIMIT_MS = 300_000
const OUTPUT_KEPT = 100_000
/** What programs and tests read; the rest of the repository is not copied. */
const COPIED = ['src', 'test', 'docs', 'examples', 'package.json', 'tsconfig.json']

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
})

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

type Ending = Readonly<{ passed: boolean; output: string }>

/** A command that does not end in time has failed. */
function runCommand(folder: string, command: readonly string[]): Promise<Ending> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [...command], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    })
    let output = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_KEPT)
    })
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, TIME_LIMIT_MS)
    child.on('close', (code) => {
      clearTimeout(timer)
      done({ passed: code === 0, output })
    })
  })
}

/** What the output says of the failure: the first broken rule, or the first test that failed. */
const reasonOf = (output: string): string =>
  /"firstViolation":"([^"]{0,100})/.exec(output)?.[1] ?? /^not ok .*|^✖ .*/m.exec(output)?.[0] ?? 'it fails'

async function withCopy<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cdb-mutant-'))
  try {
    for (const name of COPIED) await cp(join(ROOT, name), join(folder, name), { recursive: true })
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The files that a mutant changes, as changed; throws when an edit does not fit exactly once. */
async function mutatedFiles({ name, file, edits }: Mutant): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const { find, replace, file: path = file } of edits) {
    const text = texts.get(path) ?? (await readFile(join(ROOT, path), 'utf8'))
    const pieces = text.split(find)
    if (pieces.length !== 2) {
      throw new Error(`the mutant "${name}" is stale: ${path} has ${pieces.length - 1} times\n${find}`)
    }
    texts.set(path, pieces.join(replace))
  }
  return texts
}

async function tryMutant(mutant: Mutant): Promise<Ending> {
  return withCopy(async (folder) => {
    for (const [path, text] of await mutatedFiles(mutant)) await writeFile(join(folder, path), text)
    return runCommand(folder, mutant.command)
  })
}

const chosen = mutants.filter(({ name }) => name.includes(values.only))
for (const mutant of chosen) await mutatedFiles(mutant)

const commands = new Map(chosen.map(({ command }) => [command.join(' '), command]))
const broken = await withCopy(async (folder) => {
  const failing: string[] = []
  for (const [text, command] of commands) {
    const { passed: isGood } = await runCommand(folder, command)
    say(`${isGood ? 'passes' : 'FAILS'} without a fault: node ${text}`)
    if (!isGood) failing.push(text)
  }
  return failing
})

const results: Readonly<{ name: string; caught: boolean; by: string }>[] = []
for (const mutant of chosen) {
  const isTried = !broken.includes(mutant.command.join(' '))
  const ending = isTried ? await tryMutant(mutant) : null
  const caught = ending?.passed === false
  const by = caught ? reasonOf(ending.output) : ''
  say(
    `${caught ? 'caught' : isTried ? 'SURVIVED' : 'NOT TRIED'}: ${mutant.name}${by === '' ? '' : ` (${by})`}`,
  )
  results.push({ name: mutant.name, caught, by })
}
const survivors = results.filter(({ caught }) => !caught).length
const text = values.json
  ? JSON.stringify(results)
  : `${results.length - survivors} of ${results.length} mutants caught`
process.stdout.write(`${text}\n`)
process.exit(survivors === 0 && broken.length === 0 ? 0 : 1)
