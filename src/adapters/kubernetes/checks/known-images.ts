import { parseImageReference } from './image-reference.ts'

/** What is known of an image that others make. */
export type KnownImage = Readonly<{
  /** The users that it is made for; the one of Alpine where they differ and the tag says so. */
  users: readonly number[]
  /** The folder that its program writes to unless it is told another one. */
  writes: string
}>

/**
 * Users as the images' own build files set them: docker-library/redis and postgres, prometheus/prometheus,
 * prometheus/alertmanager, grafana/grafana.
 */
const knownImages: readonly Readonly<{
  repository: string
  debian: number
  alpine: number
  writes: string
}>[] = [
  { repository: 'library/postgres', debian: 999, alpine: 70, writes: '/var/lib/postgresql/data' },
  { repository: 'library/redis', debian: 999, alpine: 999, writes: '/data' },
  { repository: 'prom/prometheus', debian: 65_534, alpine: 65_534, writes: '/prometheus' },
  { repository: 'prometheus/prometheus', debian: 65_534, alpine: 65_534, writes: '/prometheus' },
  { repository: 'prom/alertmanager', debian: 65_534, alpine: 65_534, writes: '/alertmanager' },
  { repository: 'prometheus/alertmanager', debian: 65_534, alpine: 65_534, writes: '/alertmanager' },
  { repository: 'grafana/grafana', debian: 472, alpine: 472, writes: '/var/lib/grafana' },
  { repository: 'grafana/grafana-oss', debian: 472, alpine: 472, writes: '/var/lib/grafana' },
]

/** Undefined for images that are our own or are not in the table. */
export function knownImage(text: string): KnownImage | undefined {
  const { repository, tag } = parseImageReference(text)
  const known = knownImages.find((each) => each.repository === repository)
  if (known === undefined) return undefined
  const { debian, alpine, writes } = known
  // A digest alone does not say which of the two it is.
  if (tag === null) return { users: [...new Set([debian, alpine])], writes }
  return { users: [tag.includes('alpine') ? alpine : debian], writes }
}
