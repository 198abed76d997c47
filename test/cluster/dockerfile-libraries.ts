import { execFileSync } from 'node:child_process'
import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { sha256 } from './dockerfile-files.ts'

/** Where a program says that its loader is, which loads the libraries. */
const loaders: Readonly<Record<string, string>> = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
}

/**
 * What Node loads in an image, the digest of each library by its name: as the loader of that image finds it,
 * in whatever folder and under whatever links.
 */
export function librariesOf(root: string): Readonly<Record<string, string>> {
  const loader = loaders[process.arch] ?? ''
  const listing = execFileSync('chroot', [root, loader, '--list', '/usr/local/bin/node'], {
    encoding: 'utf8',
  })
  const paths = [...listing.matchAll(/(?:=>|^)\s+(\/\S+) \(0x/gm)].map(([, path = '']) => path)
  return Object.fromEntries(paths.map((path) => [nameOf(path), sha256(readFileSync(fileIn(root, path)))]))
}

/** The names of all libraries that an image has, in the folders that its loader searches. */
export const libraryNames = (paths: Iterable<string>): readonly string[] =>
  [...new Set([...paths].filter(isLibrary).map(nameOf))].toSorted()

/** A library, or the folder of an architecture that holds nothing else. */
export const isOfLibraries = (path: string): boolean =>
  isLibrary(path) || /^(?:lib64|(?:usr\/)?lib\/[^/]+-linux-gnu)$/.test(path)

const isLibrary = (path: string): boolean =>
  /^(?:usr\/)?lib(?:64)?\/(?:[^/]+-linux-gnu\/)?[^/]+\.so(?:\.[^/]+)?$/.test(path)

const nameOf = (path: string): string => path.replace(/^.*\//, '')

/** The file that a path leads to: an absolute link of an image leads into that image. */
function fileIn(root: string, path: string): string {
  const file = join(root, path)
  if (!lstatSync(file).isSymbolicLink()) return file
  return fileIn(root, resolve(dirname(path), readlinkSync(file)))
}
