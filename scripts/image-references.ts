import { shortName } from './image-layout.ts'

/** One image has a name for each thing it is run as, so that each is updated and rolled back on its own. */
export const imageNames: readonly string[] = [
  'cdb-ws',
  'cdb-signal',
  'cdb-risk',
  'cdb-execution',
  'cdb-db-writer',
  'cdb-venue',
  'cdb-migrate',
  'cdb-redis-acl',
]

const DIGEST = /^sha256:[0-9a-f]{64}$/

/**
 * The text of a kustomization, with digests in place of tags and older digests; comments after them stay, as
 * they may be markers that Flux writes at. `digests` has the digest of each name that `images` may have.
 */
export function withDigests(text: string, digests: ReadonlyMap<string, string>): string {
  let digest: string | undefined
  return text
    .split('\n')
    .map((line) => {
      const name = /^\s*- name: (\S+)/.exec(line)?.[1]
      if (name !== undefined) digest = digests.get(name)
      const pin = /^(\s+)(?:newTag|digest): *[^\s#]+(\s*#.*)?$/.exec(line)
      if (pin === null || digest === undefined) return line
      return `${pin[1] ?? ''}digest: ${digest}${pin[2] ?? ''}`
    })
    .join('\n')
}

/** The text of the Dockerfile on another base: docker.io/library/node:24.21.0-bookworm-slim@sha256:... */
export function withBase(dockerfile: string, base: string): string {
  const [name, digest = ''] = base.split('@')
  if (!DIGEST.test(digest) || !/^(?:\S+\/)?node:24\.\d+\.\d+-bookworm-slim$/.test(name ?? '')) {
    throw new Error(`not [REGISTRY/]node:24.X.Y-bookworm-slim@sha256:DIGEST: ${base}`)
  }
  const line = /^ARG NODE_IMAGE=.*$/m
  if (!line.test(dockerfile)) throw new Error('the Dockerfile has no line ARG NODE_IMAGE=')
  return dockerfile.replace(line, `ARG NODE_IMAGE=${base}`)
}

/** Digests by the names that overlays know images by; throws on what is not a list that a build wrote. */
export function parseBuilt(text: string): ReadonlyMap<string, string> {
  const { images } = JSON.parse(text) as Readonly<{ images?: Readonly<Record<string, unknown>> }>
  return new Map(
    Object.entries(images ?? {}).map(([reference, digest]) => {
      if (typeof digest !== 'string' || !DIGEST.test(digest)) {
        throw new Error(`the image ${reference} has no digest: ${JSON.stringify(digest)}`)
      }
      return [shortName(reference), digest]
    }),
  )
}
