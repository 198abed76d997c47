import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CNI_PLUGINS } from './node-config.ts'

/** The package of Debian that each program of a node is from. */
const programs = {
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  ipset: 'ipset',
  conntrack: 'conntrack',
  ip: 'iproute2',
  nsenter: 'util-linux',
} as const

/** Why no node can run containers on this machine, and what would mend it; null when one can. */
export function whyNoContainers(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'nodes that run containers need root of Linux'
  if (!existsSync('/sys/fs/cgroup/memory/cgroup.procs')) {
    return 'the nodes are made for cgroup v1, which this machine has not; a cluster of kind with KUBECONFIG will do'
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const isMissing = (name: string): boolean => !folders.some((folder) => existsSync(join(folder, name)))
  const packages = [
    ...Object.entries(programs).flatMap(([name, debian]) => (isMissing(name) ? [debian] : [])),
    ...(existsSync(join(CNI_PLUGINS, 'bridge')) ? [] : ['containernetworking-plugins']),
  ]
  return packages.length === 0 ? null : `apt-get install ${[...new Set(packages)].join(' ')}`
}
