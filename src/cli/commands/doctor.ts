import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { audit } from '../../adapters/postgres/audit.ts'
import { verifyChain } from '../../adapters/postgres/event-log.ts'
import { openMemoryPglite } from '../../adapters/postgres/pglite.ts'
import { migrate, SCHEMA_VERSION } from '../../adapters/postgres/schema.ts'
import { databasePathOf } from '../../adapters/system/data-folder.ts'
import { digest } from '../../adapters/system/digest.ts'
import { CdbError } from '../../domain/errors.ts'
import type { CliCommand } from '../command.ts'
import { exitCodes, flagOption, textOption } from '../command.ts'
import { withStoredDatabase } from '../stored-run.ts'
import { textTable } from '../text-table.ts'

export const doctor: CliCommand = {
  name: 'doctor',
  summary: 'check this machine and a data folder',
  help: `Usage: cdb doctor [--data DIR] [--json]

Checks Node.js, memory, free disk space, that temporary files can be written and the built-in database starts, and,
where the data folder holds a run: that it is not in use, its log's hash chain, and that its books balance.

Options:
  --data DIR  the data folder (default: cdb-data)
  --json      print one JSON array of checks

Exit codes: 0 all is well, 1 a check failed, 2 wrong usage.

Examples:
  cdb doctor
  cdb doctor --data btc --json
`,
  options: { data: { type: 'string', default: 'cdb-data' }, json: { type: 'boolean' } },
  async run(terminal, args) {
    const folder = textOption(args, 'data') ?? 'cdb-data'
    const checks: Check[] = []
    for (const [name, look] of examinations(folder)) checks.push(await examine(name, look))
    if (flagOption(args, 'json')) terminal.stdout.write(`${JSON.stringify(checks)}\n`)
    else {
      const rows = checks.map(({ name, ok, found }) => [ok ? 'ok' : 'FAILED', name, found])
      terminal.stdout.write(`${textTable(rows).join('\n')}\n`)
    }
    return checks.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed
  },
}

type Check = Readonly<{ name: string; ok: boolean; found: string }>
/** Returns what was found, or throws what is wrong. */
type Look = () => string | Promise<string>

const NODE_MAJOR_MIN = 24
const FREE_MEMORY_MIB_MIN = 700
const FREE_DISK_MIB_MIN = 256
const MIB = 2 ** 20

const examinations = (folder: string): readonly (readonly [string, Look])[] => [
  ['Node.js', nodeVersion],
  ['memory', freeMemory],
  ['disk', () => freeDisk(folder)],
  ['temporary files', writesTemporary],
  ['built-in database', databaseStarts],
  ['data folder', () => dataFolderState(folder)],
]

async function examine(name: string, look: Look): Promise<Check> {
  try {
    return { name, ok: true, found: await look() }
  } catch (error) {
    const mend = error instanceof CdbError && error.mend !== '' ? `; ${error.mend}` : ''
    return { name, ok: false, found: `${error instanceof Error ? error.message : String(error)}${mend}` }
  }
}

function nodeVersion(): string {
  const { node } = process.versions
  if (Number(node.split('.')[0]) < NODE_MAJOR_MIN) throw new Error(`${node}; ${NODE_MAJOR_MIN} is needed`)
  return node
}

function freeMemory(): string {
  const free = Math.floor(freemem() / MIB)
  if (free < FREE_MEMORY_MIB_MIN) throw new Error(`${free} MiB free; ${FREE_MEMORY_MIB_MIN} are needed`)
  return `${free} MiB free`
}

function freeDisk(folder: string): string {
  let path = resolve(folder)
  while (!existsSync(path)) path = dirname(path)
  const { bavail, bsize } = statfsSync(path)
  const free = Math.floor((bavail * bsize) / MIB)
  if (free < FREE_DISK_MIB_MIN)
    throw new Error(`${free} MiB free for ${folder}; ${FREE_DISK_MIB_MIN} are needed`)
  return `${free} MiB free for ${folder}`
}

function writesTemporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-doctor-'))
  writeFileSync(join(folder, 'file'), 'text')
  rmSync(folder, { recursive: true })
  return `${tmpdir()} can be written`
}

async function databaseStarts(): Promise<string> {
  const startMs = performance.now()
  const db = await openMemoryPglite()
  await migrate(db)
  await db.close()
  return `starts in ${((performance.now() - startMs) / 1000).toFixed(1)} s, schema ${SCHEMA_VERSION}`
}

async function dataFolderState(folder: string): Promise<string> {
  if (!existsSync(databasePathOf(folder))) return `${folder} holds no run yet`
  return withStoredDatabase(folder, async (db) => {
    await migrate(db)
    const entries = await verifyChain(db, digest)
    const broken = (await audit(db)).find((result) => result.broken > 0)
    if (broken !== undefined) throw new Error(`${folder}: not so: ${broken.name}`)
    return `${folder}: ${entries} log entries chain, books balance, not in use`
  })
}
