import { lstat, open, readdir, realpath } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { CdbError } from '../../domain/errors.ts'
import type { Severity, SourceFile } from './check.ts'
import { isYamlPath } from './yaml-text.ts'

/** What a folder of manifests holds, and what of it could not be taken. */
export type Folder = Readonly<{
  /** Absolute, symbolic links resolved. */
  path: string
  files: readonly SourceFile[]
  refused: readonly Refusal[]
}>

/** A file that is not looked into, and why; no check may be green over it. */
export type Refusal = Readonly<{ path: string; reason: string; mend: string; severity: Severity }>

export const FILE_BYTES_MAX = 5 << 20
export const FOLDER_BYTES_MAX = 64 << 20
export const FILES_MAX = 5000
export const DEPTH_MAX = 24

const SKIPPED: readonly string[] = ['.git', 'node_modules']

/**
 * Every text file below a folder, in order of path. What is too large, not text, not readable or outside of
 * the folder is refused. Throws CDB_FILE_MISSING and CDB_FILE_UNREADABLE when the folder itself is none.
 */
export async function readFolder(path: string): Promise<Folder> {
  const root = await rootOf(path)
  const walk: Walk = { root, files: [], refused: [], bytes: 0, seen: 0 }
  await readInto(walk, root, 0)
  return {
    path: root,
    files: walk.files.toSorted((left, right) => (left.path < right.path ? -1 : 1)),
    refused: walk.refused,
  }
}

type Walk = {
  readonly root: string
  readonly files: SourceFile[]
  readonly refused: Refusal[]
  bytes: number
  seen: number
}

async function rootOf(path: string): Promise<string> {
  try {
    const root = await realpath(resolve(path))
    if (!(await lstat(root)).isDirectory()) {
      throw new CdbError('CDB_FILE_UNREADABLE', `${path} is not a folder`, {
        mend: 'name the folder that the manifests lie in',
      })
    }
    return root
  } catch (error) {
    if (error instanceof CdbError) throw error
    const isMissing = codeOf(error) === 'ENOENT'
    throw new CdbError(
      isMissing ? 'CDB_FILE_MISSING' : 'CDB_FILE_UNREADABLE',
      isMissing ? `the folder ${path} is not there` : `the folder ${path} cannot be read: ${codeOf(error)}`,
      { mend: 'name the folder that the manifests lie in', cause: error },
    )
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)

async function readInto(walk: Walk, folder: string, depth: number): Promise<void> {
  const place = placeOf(walk, folder)
  if (depth > DEPTH_MAX) {
    refuse(walk, place, `lies deeper than ${DEPTH_MAX} folders`, 'make the folder flatter', 'high')
    return
  }
  let entries
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (depth === 0) {
      throw new CdbError('CDB_FILE_UNREADABLE', `the folder ${folder} cannot be read: ${codeOf(error)}`, {
        mend: 'give yourself the right to read it',
        cause: error,
      })
    }
    refuse(walk, place, `cannot be read: ${codeOf(error)}`, 'give yourself the right to read it', 'blocker')
    return
  }
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!SKIPPED.includes(entry.name)) await readInto(walk, path, depth + 1)
    } else if (entry.isSymbolicLink()) await readLink(walk, path)
    else if (entry.isFile()) await readOne(walk, path, path)
    else refuse(walk, placeOf(walk, path), 'is neither a file nor a folder', 'remove it', 'medium')
  }
}

/** A link inside of the folder is read as what it points to; folders are met where they lie. */
async function readLink(walk: Walk, path: string): Promise<void> {
  const place = placeOf(walk, path)
  try {
    const target = await realpath(path)
    if (target !== walk.root && !target.startsWith(walk.root + sep)) {
      refuse(walk, place, 'is a link that leads out of the folder', 'copy the file into the folder', 'high')
    } else if ((await lstat(target)).isFile()) await readOne(walk, path, target)
  } catch (error) {
    refuse(walk, place, `is a link that leads nowhere: ${codeOf(error)}`, 'mend or remove the link', 'high')
  }
}

async function readOne(walk: Walk, path: string, target: string): Promise<void> {
  const place = placeOf(walk, path)
  const severity = isManifestPath(place) ? 'blocker' : 'low'
  walk.seen++
  if (walk.seen > FILES_MAX) {
    if (walk.seen === FILES_MAX + 1) {
      refuse(walk, place, `is past the first ${FILES_MAX} files`, 'audit a smaller folder', 'blocker')
    }
    return
  }
  try {
    const text = await textOf(target, FOLDER_BYTES_MAX - walk.bytes)
    if (typeof text === 'string') {
      walk.bytes += Buffer.byteLength(text)
      walk.files.push({ path: place, text })
    } else refuse(walk, place, text.reason, text.mend, severity)
  } catch (error) {
    const mend = 'give yourself the right to read it'
    refuse(walk, place, `cannot be read: ${codeOf(error)}`, mend, severity)
  }
}

const isManifestPath = (path: string): boolean => isYamlPath(path) || path.endsWith('.json')

/** The text of a file, or why it is not taken. */
async function textOf(
  path: string,
  left: number,
): Promise<string | Readonly<{ reason: string; mend: string }>> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    if (size > FILE_BYTES_MAX) {
      const reason = `has ${(size / (1 << 20)).toFixed(1)} MiB, more than ${FILE_BYTES_MAX >> 20} are not read`
      return { reason, mend: 'split the file, or keep it out of the folder' }
    }
    if (size > left) {
      return { reason: `is past ${FOLDER_BYTES_MAX >> 20} MiB in one folder`, mend: 'audit a smaller folder' }
    }
    const bytes = await file.readFile()
    if (bytes.includes(0)) return { reason: 'is binary', mend: 'keep binary files out of the folder' }
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return { reason: 'is not UTF-8', mend: 'save the file as UTF-8' }
    throw error
  } finally {
    await file.close()
  }
}

const refuse = (walk: Walk, path: string, reason: string, mend: string, severity: Severity): void => {
  walk.refused.push({ path, reason, mend, severity })
}

const placeOf = (walk: Walk, path: string): string => {
  const place = relative(walk.root, path).split(sep).join('/')
  return place === '' ? '.' : place
}
