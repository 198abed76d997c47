import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** What an image has at each path: kind, mode, owner and content in one line. Times are of the build. */
export type ImageFiles = ReadonlyMap<string, string>

/** Reads the files below a root, which itself is the runtime's. */
export function filesOf(root: string): ImageFiles {
  return new Map(pathsOf(root, '').map((path) => [path, lineOf(join(root, path))]))
}

/** All below a folder, and nothing below a link: readdir of Node would follow one out of the image. */
function pathsOf(root: string, folder: string): readonly string[] {
  const found = readdirSync(join(root, folder), { withFileTypes: true })
  return found
    .flatMap((each) => {
      const path = join(folder, each.name)
      return each.isDirectory() ? [path, ...pathsOf(root, path)] : [path]
    })
    .toSorted()
}

function lineOf(path: string): string {
  const stats = lstatSync(path)
  const rights = `${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}`
  if (stats.isDirectory()) return `folder ${rights}`
  // The mode of a link says nothing.
  if (stats.isSymbolicLink()) return `link ${stats.uid}:${stats.gid} to ${readlinkSync(path)}`
  if (stats.isFile()) return `file ${rights} ${sha256(readFileSync(path))}`
  return `neither file nor folder ${rights}`
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** What differs between the files of two images, a line for each path. */
export function differencesOf(one: ImageFiles, other: ImageFiles): readonly string[] {
  const paths = [...new Set([...one.keys(), ...other.keys()])].sort()
  return paths
    .filter((path) => one.get(path) !== other.get(path))
    .map((path) => `${path}: ${one.get(path) ?? 'absent'}, but ${other.get(path) ?? 'absent'}`)
}
