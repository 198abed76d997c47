import type { Kubectl } from './kubectl.ts'
import { until } from './until.ts'

/** A pod that connections are tried from. */
export type Source = Readonly<{ pod: string; namespace: string }>

/** Where a connection is tried to, and a name for it. */
export type Target = Readonly<{ name: string; host: string; port: number }>

const ANSWER_SECONDS_MAX = 180
const CONNECT_MS = 2_000

/** Runs in a pod: tries all connections at once and prints the names of those that were taken. */
const program = (targets: readonly Target[]): string => `
const { connect } = require('node:net')
const tried = ${JSON.stringify(targets)}.map(({ name, host, port }) => new Promise((resolve) => {
  const socket = connect({ host, port, timeout: ${CONNECT_MS} })
  const end = (answer) => { socket.destroy(); resolve(answer) }
  socket.once('connect', () => end(name)).once('error', () => end(null)).once('timeout', () => end(null))
}))
Promise.all(tried).then((names) => console.log(JSON.stringify(names.filter((name) => name !== null))))
`

/** Which targets a pod can connect to, by a container that is put beside its own: their network is one. */
export async function reachedFrom(
  kubectl: Kubectl,
  { pod, namespace }: Source,
  { image, targets }: Readonly<{ image: string; targets: readonly Target[] }>,
): Promise<readonly string[]> {
  const container = `probe-${Date.now().toString(36)}`
  await kubectl.read([
    ...['debug', pod, '--namespace', namespace, '--quiet', '--profile=restricted'],
    ...[`--image=${image}`, `--container=${container}`, '--', 'node', '--eval', program(targets)],
  ])
  const answer = await until(`the probe in ${pod} answers`, ANSWER_SECONDS_MAX, async () => {
    const text = await kubectl.read(['logs', pod, '--namespace', namespace, '--container', container])
    return text.trim() === '' ? null : text
  })
  return (JSON.parse(answer) as readonly string[]).toSorted()
}
