import assert from 'node:assert/strict'
import { stringify } from 'yaml'
import { startControlPlane } from './control-plane.ts'
import type { ControlPlane } from './control-plane.ts'
import { createKubectl, findKubectl } from './kubectl.ts'
import type { Kubectl } from './kubectl.ts'
import { PLAYED_NODES, playedNodes, startPlayer } from './played-nodes.ts'
import { until } from './until.ts'
import { storage } from './volumes.ts'

/** The cluster that a suite runs against: one that was started for it, or the one of KUBECONFIG. */
export type Cluster = Readonly<{
  kubectl: Kubectl
  kubeconfig: string
  /** Null for a cluster that was there before: nothing is started beside it, and what is in it stays. */
  plane: ControlPlane | null
  /** Stops what was started. */
  close(): Promise<void>
}>

const START_SECONDS_MAX = 180

/** Opens a cluster of its own, with nodes and volumes, or the one that KUBECONFIG names, as it is. */
export async function openCluster(): Promise<Cluster> {
  const given = process.env['KUBECONFIG'] ?? ''
  const program = await findKubectl()
  if (given !== '') {
    const kubectl = createKubectl(program, given)
    return { kubectl, kubeconfig: given, plane: null, close: () => Promise.resolve() }
  }
  const plane = await startControlPlane()
  const { kubeconfig } = plane
  const kubectl = createKubectl(program, kubeconfig)
  try {
    await furnish(plane, kubectl)
  } catch (error) {
    await plane.stop()
    throw error
  }
  return {
    ...{ kubectl, kubeconfig, plane },
    async close() {
      const fallen = plane.fallen()
      await plane.stop()
      assert.deepEqual(fallen, [], 'every program of the control plane runs to the end')
    },
  }
}

/** Waits for the API server, gives it what a real cluster has, and waits for the nodes. */
async function furnish(plane: ControlPlane, kubectl: Kubectl): Promise<void> {
  startPlayer(plane)
  await untilServing(plane, kubectl)
  const furniture = [...playedNodes(), ...storage((index) => ({ hostPath: { path: `/volumes/${index}` } }))]
  await kubectl.apply(furniture.map((manifest) => `---\n${stringify(manifest)}`).join(''))
  await untilNodesReady(plane, kubectl, PLAYED_NODES)
}

const wordsOf = (plane: ControlPlane) => (): Promise<string> => Promise.resolve(plane.fallen().join('\n'))

/** Waits until the API server answers. */
export async function untilServing(plane: ControlPlane, kubectl: Kubectl): Promise<void> {
  const isUp = async (): Promise<true | null> =>
    (await kubectl.read(['get', '--raw', '/readyz'])) === 'ok' ? true : null
  await until('the API server is ready', START_SECONDS_MAX, isUp, wordsOf(plane))
}

type Conditions = readonly Readonly<{ type: string; status: string }>[]
type NodeList = Readonly<{ items: readonly Readonly<{ status: { conditions?: Conditions } }>[] }>

/** Waits until so many nodes are ready. */
export async function untilNodesReady(plane: ControlPlane, kubectl: Kubectl, count: number): Promise<void> {
  const areReady = async (): Promise<true | null> => {
    const nodes = await kubectl.get<NodeList>(['nodes'])
    const ready = (nodes?.items ?? []).filter(({ status }) =>
      (status.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    )
    return ready.length === count ? true : null
  }
  await until('the nodes are ready', START_SECONDS_MAX, areReady, wordsOf(plane))
}
