import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { untilNodesReady, untilServing } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import { startControlPlane } from './control-plane.ts'
import { nameServer } from './name-server.ts'
import { createKubectl, findKubectl } from './kubectl.ts'
import { clearCgroups } from './node-cgroup.ts'
import { startNodeNetwork } from './node-network.ts'
import { connectPods, startNode } from './node.ts'
import type { Node } from './node.ts'
import { storage } from './volumes.ts'

/** A cluster whose nodes run containers. */
export type ContainerCluster = Cluster &
  Readonly<{
    nodes: readonly Node[]
    /** The address that the API server listens at. */
    apiHost: string
  }>

/** The usual one, which network policies allow by number. */
export const API_PORT = 6443

export type ContainerClusterOptions = Readonly<{
  /** How many nodes. Each offers the processors of the machine anew: an environment asks for more. */
  count: number
  /** The images that its nodes have. */
  archives: readonly string[]
  /** Where it is written how an administrator reaches it. */
  kubeconfig: string
}>

/** Starts a cluster of this machine's processes. */
export async function openContainerCluster(options: ContainerClusterOptions): Promise<ContainerCluster> {
  const { count, archives, kubeconfig } = options
  clearCgroups()
  const network = await startNodeNetwork(mkdtempSync(join(tmpdir(), 'cdb-network-')))
  const plane = await startControlPlane({ address: network.hostAddress, port: API_PORT })
  copyFileSync(plane.kubeconfig, kubeconfig)
  const kubectl = createKubectl(await findKubectl(), kubeconfig)
  const stop = async (): Promise<void> => {
    await plane.stop()
    await network.stop()
    clearCgroups()
  }
  try {
    await untilServing(plane, kubectl)
    const indexes = Array.from({ length: count }, (_, index) => index)
    const nodes = await Promise.all(indexes.map((index) => startNode({ index, plane, network })))
    connectPods(nodes)
    await Promise.all(nodes.map((node) => node.importImages(archives)))
    const furniture = storage((index) => volumeOf(join(plane.folder, 'volumes', String(index))))
    await kubectl.apply(
      [...furniture, ...nameServer()].map((manifest) => `---\n${stringify(manifest)}`).join(''),
    )
    await untilNodesReady(plane, kubectl, count)
    for (const node of nodes) node.startFirewall()
    return {
      ...{ kubectl, kubeconfig, plane, nodes, apiHost: network.hostAddress },
      async close() {
        const fallen = plane.fallen()
        await stop()
        assert.deepEqual(fallen, [], 'every program of the cluster runs to the end')
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A folder of this machine that every node can mount, as a disk of a cloud is. */
function volumeOf(path: string): object {
  mkdirSync(path, { recursive: true })
  const everywhere = [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }]
  return {
    local: { path },
    nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: everywhere }] } },
  }
}
