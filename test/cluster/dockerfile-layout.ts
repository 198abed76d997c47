import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BuiltImage } from './dockerfile-buildah.ts'

type Descriptor = Readonly<{ digest: string }>

/** Builds the image as it is built without Docker, and unpacks its layers one over the other. */
export function buildLayout(repository: string, folder: string): BuiltImage {
  const script = join(repository, 'scripts', 'images.ts')
  execFileSync(process.execPath, [script, 'build', '--output', folder], { stdio: 'pipe' })
  const layout = join(folder, 'layout')
  const pathOf = ({ digest }: Descriptor): string => join(layout, 'blobs', digest.replace(':', '/'))
  const { manifests } = readJson(join(layout, 'index.json')) as Readonly<{ manifests: readonly Descriptor[] }>
  const [first] = manifests
  if (first === undefined) throw new Error(`${layout} has no image`)
  const { config, layers } = readJson(pathOf(first)) as Readonly<{
    config: Descriptor
    layers: readonly Descriptor[]
  }>
  const root = join(folder, 'root')
  mkdirSync(root)
  for (const layer of layers) {
    execFileSync('tar', ['-x', '-z', '-p', '--numeric-owner', '-f', pathOf(layer), '-C', root])
  }
  return { root, configuration: readJson(pathOf(config)) }
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
