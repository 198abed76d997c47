import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCheckout } from './checkout.ts'
import type { Checkout } from './checkout.ts'
import { openContainerCluster } from './container-cluster.ts'
import type { Environment } from './environments.ts'
import { createKubectl, findKubectl } from './kubectl.ts'
import type { Kubectl } from './kubectl.ts'
import { buildNodeImages, ourImages } from './node-images.ts'

/** A cluster whose nodes run containers, and an environment that is brought up on it. */
export type ContainerSite = Readonly<{
  environment: Environment
  /** For the namespace of the environment. */
  kubectl: Kubectl
  checkout: Checkout
  /** The reference of one of our images, which have Node. */
  image: string
  /** The names of nodes that the test may drain; none of a cluster that was there before. */
  nodes: readonly string[]
  /** Where the API server listens, if that is known. */
  apiHost: string | null
  close(): Promise<void>
}>

/** Starts a cluster of so many nodes, or takes a given one, which has to be without the environment. */
export async function openContainerSite(
  environment: Environment,
  { given, nodes }: Readonly<{ given: string; nodes: number }>,
): Promise<ContainerSite> {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-site-'))
  const kubeconfig = given === '' ? join(folder, 'kubeconfig') : given
  const kubectl = createKubectl(await findKubectl(), kubeconfig, environment.namespace)
  const hasRegistry = given !== ''
  const checkout = createCheckout({ folder: join(folder, 'checkout'), environment, kubectl, hasRegistry })
  const { manifests } = checkout
  const images = { kubectl, manifests, environment, folder: join(folder, 'images') }
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true })
  }
  if (hasRegistry) {
    const { namespace } = environment
    const found = await kubectl.get(['namespace', namespace])
    assert.equal(found, null, `there is a namespace ${namespace} already, and this test makes and empties it`)
    const close = (): Promise<void> => {
      remove()
      return Promise.resolve()
    }
    return { environment, kubectl, checkout, image: await imageOf(images), nodes: [], apiHost: null, close }
  }
  const archives = await buildNodeImages(images)
  const cluster = await openContainerCluster({ archives, kubeconfig, count: nodes })
  return {
    ...{ environment, kubectl, checkout, image: await imageOf(images), apiHost: cluster.apiHost },
    nodes: cluster.nodes.map(({ name }) => name),
    async close() {
      remove()
      await cluster.close()
    },
  }
}

async function imageOf(images: Parameters<typeof ourImages>[0]): Promise<string> {
  const [image] = await ourImages(images)
  return image ?? assert.fail('the environment names none of our images')
}
