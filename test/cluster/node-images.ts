import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseImageReference } from '../../src/adapters/kubernetes/checks/image-reference.ts'
import { buildServerImages, repositoryOf, serverReferences } from './server-images.ts'
import { toolOf } from './tool-catalog.ts'
import { binaryOf } from './tools.ts'

/**
 * Builds images under the references that an environment names, ours and those of its servers, and returns
 * an archive of each, of the OCI, for the store of a node. Ours must have one tag. Blocks for half a minute.
 */
export function buildNodeImages(images: readonly string[], folder: string): readonly string[] {
  const ours = images.filter((image) => /\/cdb-[\w-]+$/.test(repositoryOf(image)))
  const [tag, ...others] = new Set(ours.map((image) => parseImageReference(image).tag))
  if (typeof tag !== 'string' || others.length > 0) throw new Error(`not of one tag: ${ours.join(', ')}`)
  const output = join(folder, 'ours')
  const script = join(import.meta.dirname, '..', '..', 'scripts', 'images.ts')
  execFileSync(process.execPath, [script, 'build', '--output', output, '--tag', tag], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const binaries = { coredns: binaryOf(toolOf('coredns')), prometheus: binaryOf(toolOf('prometheus')) }
  const servers = buildServerImages(folder, { references: serverReferences(images), binaries })
  return [join(output, 'layout'), ...servers.map(({ layout }) => layout)].map(archived)
}

function archived(layout: string): string {
  const archive = `${layout}.tar`
  execFileSync('tar', ['--create', '--file', archive, '--directory', layout, '.'])
  return archive
}
