import assert from 'node:assert/strict'
import { stringify } from 'yaml'
import { startControlPlane } from './control-plane.ts'
import type { ControlPlane } from './control-plane.ts'
import { createKubectl, findKubectl } from './kubectl.ts'
import type { Kubectl } from './kubectl.ts'
import { until } from './until.ts'

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
const NODES = 3
/** More than every claim of both environments; the binder of the controller manager does the rest. */
const VOLUMES = 24

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
  const fallen = (): Promise<string> => Promise.resolve(plane.fallen().join('\n'))
  const isUp = async (): Promise<true | null> =>
    (await kubectl.read(['get', '--raw', '/readyz'])) === 'ok' ? true : null
  await until('the API server is ready', START_SECONDS_MAX, isUp, fallen)
  await kubectl.apply(furniture())
  await until('the nodes are ready', START_SECONDS_MAX, () => areNodesReady(kubectl), fallen)
}

type Conditions = readonly Readonly<{ type: string; status: string }>[]
type NodeList = Readonly<{ items: readonly Readonly<{ status: { conditions?: Conditions } }>[] }>

async function areNodesReady(kubectl: Kubectl): Promise<true | null> {
  const nodes = await kubectl.get<NodeList>(['nodes'])
  const ready = (nodes?.items ?? []).filter(({ status }) =>
    (status.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True'),
  )
  return ready.length === NODES ? true : null
}

/** Nodes in zones, a default storage class, and volumes for the claims. */
function furniture(): string {
  const nodes = Array.from({ length: NODES }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${index}`,
      labels: {
        'kubernetes.io/hostname': `node-${index}`,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/zone': `zone-${index}`,
      },
    },
  }))
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/no-provisioner',
  }
  const volumes = Array.from({ length: VOLUMES }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `volume-${index}` },
    spec: {
      capacity: { storage: '500Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'local',
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: `/volumes/${index}` },
    },
  }))
  return [...nodes, storageClass, ...volumes].map((manifest) => `---\n${stringify(manifest)}`).join('')
}
