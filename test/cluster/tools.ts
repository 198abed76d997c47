/*
 * Builds the tools of the catalog from the Go module proxy. A built binary is kept in the cache under its
 * version, so that a second run builds nothing.
 */
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { CdbError } from '../../src/domain/errors.ts'
import type { Tool } from './tool-catalog.ts'

const DOWNLOAD_TIMEOUT_MS = 600_000
const BUILD_TIMEOUT_MS = 5_400_000
const OUTPUT_CHARS_KEPT = 4_000

/** Outside of the tree, so that a clean checkout keeps it: a build takes a quarter of an hour. */
export const toolsFolder =
  process.env['CDB_TOOLS_DIR'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'claire-de-binare')

const folderOf = (tool: Tool): string => join(toolsFolder, `${tool.name}-${tool.version}`)

/** Where the binary of a tool is, or will be once it is built. */
export const binaryOf = (tool: Tool): string => join(folderOf(tool), tool.name)

/** Where the CRDs of a controller are, once it is built. */
export const crdsOf = (tool: Tool): string => join(folderOf(tool), 'crds')

/** Builds what is not built yet, one after the other, and says how long each took and how large it is. */
export async function buildTools(chosen: readonly Tool[], say: (line: string) => void): Promise<void> {
  for (const tool of chosen) {
    if (isBuilt(tool)) {
      say(`${tool.name} ${tool.version}: ${megabytesOf(binaryOf(tool))} MB, built before`)
      continue
    }
    const startMs = Date.now()
    say(`${tool.name} ${tool.version}: building in ${folderOf(tool)}`)
    await build(tool)
    const seconds = ((Date.now() - startMs) / 1000).toFixed(0)
    say(`${tool.name} ${tool.version}: ${megabytesOf(binaryOf(tool))} MB, built in ${seconds} s`)
  }
}

/** Whether the binary stands in the cache, made from the main.go of this catalog. */
export function isBuilt(tool: Tool): boolean {
  if (!existsSync(binaryOf(tool)) || (tool.crds !== undefined && !existsSync(crdsOf(tool)))) return false
  return tool.main === undefined || readFileSync(join(folderOf(tool), 'main.go'), 'utf8') === tool.main
}

const megabytesOf = (path: string): string => (statSync(path).size / 1e6).toFixed(0)

async function build(tool: Tool): Promise<void> {
  const folder = folderOf(tool)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'go.mod'), `module cdb.local/${tool.name}\n`)
  const moduleFolder = await download(tool)
  await go(tool, ['mod', 'edit', ...editsOf(tool, join(moduleFolder, 'go.mod'))], DOWNLOAD_TIMEOUT_MS)
  if (tool.main !== undefined) writeFileSync(join(folder, 'main.go'), tool.main)
  const tags = tool.tags === undefined ? [] : ['-tags', tool.tags.join(',')]
  const flags = ['-mod=mod', '-trimpath', '-p', '2', ...tags, '-ldflags', `-s -w ${tool.ldflags ?? ''}`]
  // Files of Go's cache are read-only; these are copied as files of our own.
  if (tool.crds !== undefined) copyFiles(join(moduleFolder, tool.crds), crdsOf(tool))
  for (const path of tool.scripts ?? []) {
    const script = readFileSync(join(moduleFolder, path))
    writeFileSync(join(folder, basename(path)), script, { mode: 0o755 })
  }
  // The name of a whole binary appears at once: a build that was cut off leaves none.
  await go(tool, ['build', ...flags, '-o', `${tool.name}.new`, tool.package ?? '.'], BUILD_TIMEOUT_MS)
  renameSync(join(folder, `${tool.name}.new`), binaryOf(tool))
}

/** The folder of the module in Go's own cache, downloaded if need be. */
async function download(tool: Tool): Promise<string> {
  const module = `${tool.module}@${tool.version}`
  const output = await go(tool, ['mod', 'download', '-json', module], DOWNLOAD_TIMEOUT_MS)
  const { Dir } = JSON.parse(output) as Readonly<{ Dir?: string }>
  if (Dir !== undefined) return Dir
  throw new CdbError('CDB_FILE_MISSING', `go mod download of ${module} names no folder`)
}

function copyFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) writeFileSync(join(to, name), readFileSync(join(from, name)))
}

/**
 * The lines of a go.mod that count only in the main module, so that ours has to repeat them. A replacement by
 * a folder has no meaning outside of its repository: there it is a published version, or nothing at all when
 * the requirement beside it is one.
 */
function editsOf(tool: Tool, goModPath: string): readonly string[] {
  const text = readFileSync(goModPath, 'utf8')
  const goVersion = /^go (\S+)$/m.exec(text)?.[1] ?? '1.25'
  const replaced = [...text.matchAll(/^(?:replace )?\t*(\S+)(?: \S+)? => (\S+)(?: (\S+))?/gm)]
  const lines = replaced.flatMap(([, from = '', to = '', version]) => {
    const own = tool.replace?.[from]
    if (own !== undefined) return [`-replace=${from}=${own}`]
    if (version !== undefined) return [`-replace=${from}=${to}@${version}`]
    return tool.localVersion === undefined ? [] : [`-replace=${from}=${from}@${tool.localVersion}`]
  })
  return [`-go=${goVersion}`, `-require=${tool.module}@${tool.version}`, ...lines]
}

/** Go in the folder of a tool, at the lowest priority; what it prints last is part of the error. */
function go(tool: Tool, args: readonly string[], timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('nice', ['-n', '19', 'go', ...args], {
      cwd: folderOf(tool),
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-OUTPUT_CHARS_KEPT)
    })
    child.once('error', (cause) => {
      const mend = 'install Go 1.26 or later, or leave the cluster tests out'
      reject(new CdbError('CDB_FILE_MISSING', 'go cannot be started', { mend, cause }))
    })
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output)
      const end = signal ?? `exit code ${String(code)}`
      reject(new Error(`go ${args.slice(0, 2).join(' ')} for ${tool.name} ended with ${end}:\n${errors}`))
    })
  })
}
