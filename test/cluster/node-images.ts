import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseBuilt } from '../../scripts/image-references.ts'
import { parseImageReference } from '../../src/adapters/kubernetes/checks/image-reference.ts'
import { overlayOf } from './environments.ts'
import type { Environment } from './environments.ts'
import type { Kubectl } from './kubectl.ts'
import { buildServerImages, imagesOf, repositoryOf, serverReferences } from './server-images.ts'
import { toolOf } from './tool-catalog.ts'
import { binaryOf } from './tools.ts'

export type NodeImagesOptions = Readonly<{
  kubectl: Kubectl
  /** A folder of manifests; an overlay that names ours by digest gets the digests of this tree. */
  manifests: string
  environment: Environment
  /** For layouts and archives. */
  folder: string
}>

const scriptPath = join(import.meta.dirname, '..', '..', 'scripts', 'images.ts')

/**
 * Builds images under the references that an environment names, ours and those of its servers, and returns
 * an archive of each, of the OCI, for the store of a node. Blocks for half a minute.
 */
export async function buildNodeImages(options: NodeImagesOptions): Promise<readonly string[]> {
  const { manifests, environment, folder } = options
  const [tag] = new Set((await ourImages(options)).map((image) => parseImageReference(image).tag))
  const output = join(folder, 'ours')
  const layout = join(output, 'layout')
  script('build', '--output', output, ...(typeof tag === 'string' ? ['--tag', tag] : []))
  if (typeof tag !== 'string') {
    const built = join(output, 'images.json')
    script('digests', '--from', built, '--write', overlayOf(manifests, environment))
    nameByDigest(layout, built)
  }
  const binaries = { coredns: binaryOf(toolOf('coredns')), prometheus: binaryOf(toolOf('prometheus')) }
  const references = serverReferences(await imagesIn(options))
  const servers = buildServerImages(folder, { references, binaries })
  return [layout, ...servers.map((server) => server.layout)].map(archived)
}

const imagesIn = async ({ kubectl, manifests, environment }: NodeImagesOptions): Promise<readonly string[]> =>
  imagesOf(await kubectl.read(['kustomize', overlayOf(manifests, environment)]))

/** The references of our images that an environment names; each of these images has Node. */
export const ourImages = async (options: NodeImagesOptions): Promise<readonly string[]> =>
  (await imagesIn(options)).filter((image) => /\/cdb-[\w-]+$/.test(repositoryOf(image)))

function script(...args: readonly string[]): void {
  execFileSync(process.execPath, [scriptPath, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
}

type Index = Readonly<{ manifests: readonly Readonly<{ annotations: Readonly<Record<string, string>> }>[] }>

/** A node looks for an image under the name that a pod has for it: one by digest needs that name too. */
function nameByDigest(layout: string, built: string): void {
  const digests = parseBuilt(readFileSync(built, 'utf8'))
  const path = join(layout, 'index.json')
  const index = JSON.parse(readFileSync(path, 'utf8')) as Index
  const more = index.manifests.map(({ annotations, ...rest }) => {
    const repository = repositoryOf(annotations[NAME] ?? '')
    const digest = digests.get(repository.replace(/^.*\//, '')) ?? ''
    return { ...rest, annotations: { ...annotations, [NAME]: `${repository}@${digest}` } }
  })
  writeFileSync(path, JSON.stringify({ ...index, manifests: [...index.manifests, ...more] }))
}

const NAME = 'io.containerd.image.name'

function archived(layout: string): string {
  const archive = `${layout}.tar`
  execFileSync('tar', ['--create', '--file', archive, '--directory', layout, '.'])
  return archive
}
