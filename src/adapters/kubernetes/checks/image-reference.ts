/** Parts of an image's name. */
export type ImageReference = Readonly<{
  /** `docker.io` where none is written. */
  registry: string
  /** Without registry, tag and digest: `library/redis`. */
  repository: string
  tag: string | null
  digest: string | null
}>

/** Reads `registry/repository:tag@digest` as container runtimes do. */
export function parseImageReference(text: string): ImageReference {
  const [named = '', digest] = text.split('@')
  const colon = named.lastIndexOf(':')
  const hasTag = colon > named.lastIndexOf('/')
  const path = hasTag ? named.slice(0, colon) : named
  const first = path.split('/')[0] ?? ''
  const hasRegistry = path.includes('/') && (/[.:]/.test(first) || first === 'localhost')
  const rest = hasRegistry ? path.slice(first.length + 1) : path
  return {
    registry: hasRegistry ? first : 'docker.io',
    repository: hasRegistry || path.includes('/') ? rest : `library/${path}`,
    tag: hasTag ? named.slice(colon + 1) : null,
    digest: digest ?? null,
  }
}

/** The last part of its path, `cdb-ws`. */
export const imageNameOf = ({ repository }: ImageReference): string => repository.split('/').at(-1) ?? ''

/** Whether a name, a path or either with `*` means the image. */
export function isImageNamed(image: ImageReference, pattern: string): boolean {
  const expression = new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`)
  const { registry, repository } = image
  return [imageNameOf(image), repository, `${registry}/${repository}`].some((name) => expression.test(name))
}

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')

/**
 * Whether a tag is moved to other images as time goes by: words such as `latest`, and versions of which
 * only the first number is written.
 */
export const isFloatingTag = (tag: string): boolean =>
  /(?:^|[-._])(?:latest|main|master|develop|edge|nightly|stable|canary)$/.test(tag) ||
  !/\d/.test(tag) ||
  /^v?\d+(?:-[a-z]+)?$/.test(tag)
