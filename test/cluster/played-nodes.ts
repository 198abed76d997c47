import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { POD_CIDR } from './control-plane.ts'
import type { ControlPlane } from './control-plane.ts'

/** Nodes that kwok plays: pods become ready on them, and no container runs. */
export const PLAYED_NODES = 3

/** Starts kwok, which manages every node of the cluster. */
export function startPlayer({ authority, folder, start, url }: ControlPlane): void {
  const nodes = { user: 'kwok', group: 'system:masters' }
  const home = join(folder, 'home')
  mkdirSync(home)
  start(
    'kwok',
    [
      ...[`--kubeconfig=${authority.writeKubeconfig('kwok', nodes, url)}`, '--manage-all-nodes'],
      ...[`--config=${join(import.meta.dirname, 'stages.yaml')}`, `--cidr=${POD_CIDR}`],
      ...['--node-ip=192.0.2.1', '--node-lease-duration-seconds=40'],
    ],
    { env: { HOME: home } },
  )
}

/** The nodes as manifests, each in a zone of its own. */
export const playedNodes = (): readonly object[] =>
  Array.from({ length: PLAYED_NODES }, (_, index) => ({
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
