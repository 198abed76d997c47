import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCheckout, DEV } from './checkout.ts'
import type { Checkout } from './checkout.ts'
import { openContainerCluster } from './container-cluster.ts'
import { overlayOf } from './environments.ts'
import { createKubectl, findKubectl } from './kubectl.ts'
import type { Kubectl } from './kubectl.ts'
import { buildNodeImages } from './node-images.ts'
import { imagesOf, repositoryOf } from './server-images.ts'

/** A cluster that the development environment is brought up on, and what brings it up. */
export type Development = Readonly<{
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

/** Starts a cluster of nodes that run containers, or takes a given one, which has to be without dev. */
export async function openDevelopment(given: string): Promise<Development> {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-development-'))
  const path = await findKubectl()
  const kubeconfig = given === '' ? join(folder, 'kubeconfig') : given
  const kubectl = createKubectl(path, kubeconfig)
  const checkout = createCheckout({ folder: join(folder, 'checkout'), kubectl, hasRegistry: given !== '' })
  const dev = overlayOf(checkout.manifests, { name: 'dev', namespace: DEV })
  const images = imagesOf(await kubectl.read(['kustomize', dev]))
  const image = images.find((each) => /\/cdb-[\w-]+$/.test(repositoryOf(each))) ?? assert.fail()
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true })
  }
  const common = { kubectl, checkout, image }
  if (given !== '') {
    const found = await kubectl.get(['namespace', DEV])
    assert.equal(found, null, `there is a namespace ${DEV} already, and this test makes and empties it`)
    const close = (): Promise<void> => {
      remove()
      return Promise.resolve()
    }
    return { ...common, nodes: [], apiHost: null, close }
  }
  const archives = buildNodeImages(images, join(folder, 'images'))
  const cluster = await openContainerCluster(archives, kubeconfig)
  return {
    ...common,
    nodes: cluster.nodes.map(({ name }) => name),
    apiHost: cluster.apiHost,
    async close() {
      remove()
      await cluster.close()
    },
  }
}
