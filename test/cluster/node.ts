import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { POD_CIDR, SERVICE_CIDR } from './control-plane.ts'
import type { ControlPlane } from './control-plane.ts'
import { containerdConfig, kubeletConfig, networkConfig, proxyConfig, RUNTIME_SOCKET } from './node-config.ts'
import type { NodeParts } from './node-config.ts'
import { makeCgroup } from './node-cgroup.ts'
import { inNetworkOf } from './node-network.ts'
import type { NodeNetwork } from './node-network.ts'
import { until } from './until.ts'

/**
 * A node of a cluster on this machine: containerd, kubelet, kube-proxy and kube-router in namespaces of their
 * own for the network, mounts and processes, which end with their first process. Needs root.
 */
export type Node = Readonly<{
  name: string
  address: string
  /** A process whose network is that of the node. */
  pid: number
  /** Takes the images of archives of the OCI into the store of the node. */
  importImages(archives: readonly string[]): Promise<void>
  /** Starts what holds its pods to the network policies; the node has to be known to the API server. */
  startFirewall(): void
}>

export type NodePlace = Readonly<{ index: number; plane: ControlPlane; network: NodeNetwork }>

const READY_SECONDS_MAX = 60
const run = promisify(execFile)

/** What the kubelet wants of the kernel: it is shown to be so, and this machine's own settings stay. */
const KERNEL_SETTINGS = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/keys/root_maxbytes': 25_000_000,
}

/** What the programs of a node have at a fixed place: kubelets would clear away each other's logs. */
const OWN_FOLDERS: readonly string[] = [
  '/run',
  '/var/log',
  '/var/lib/cni',
  '/var/lib/kubelet',
  '/var/lib/kube-router',
]

/** The first process: it sets up the namespaces, and then reaps what has lost its parent. */
const FIRST_PROCESS = `
set -e
for folder in ${OWN_FOLDERS.join(' ')}; do mkdir -p $folder; mount -t tmpfs tmpfs $folder; done
show() { mkdir -p "/run/sys/\${1%/*}"; echo "$2" > "/run/sys/$1"; mount --bind "/run/sys/$1" "/proc/sys/$1"; }
${Object.entries(KERNEL_SETTINGS)
  .map(([path, value]) => `show ${path} ${value}`)
  .join('\n')}
for path in ipv4/ip_forward bridge/bridge-nf-call-iptables; do echo 1 > "/proc/sys/net/$path"; done
touch /run/is-node
trap 'exit 0' TERM
while :; do sleep 1 & wait $!; done
`

/** The addresses of a node's pods. */
const podCidrOf = (index: number): string => POD_CIDR.replace('.0.0/16', `.${index}.0/24`)

/** Starts a node and returns when it takes images; it may not be ready for pods yet. */
export async function startNode({ index, plane, network }: NodePlace): Promise<Node> {
  const name = `node-${index}`
  const namespaces = [
    ...['--net', '--mount', '--propagation=private', '--'],
    ...['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--', 'sh', '-c', FIRST_PROCESS],
  ]
  const holder = plane.startFile('unshare', namespaces, { endSignal: 'SIGKILL' })
  const address = network.addressOf(index)
  const { certPath, keyPath } = plane.authority.issueServer(name, [address])
  const parts: NodeParts = {
    ...{ name, address, certPath, keyPath, podCidr: podCidrOf(index), cgroup: makeCgroup(holder.pid) },
    ...{ folder: join(plane.folder, name), caPath: plane.authority.caPath },
  }
  const first = await until(`${name} is there`, READY_SECONDS_MAX, () =>
    Promise.resolve(firstProcessOf(holder.pid)),
  )
  network.join(index, holder.pid)
  const leaving = ['--source', POD_CIDR, '!', '--destination', POD_CIDR]
  inNetworkOf(holder.pid, [
    ...['iptables', '--table', 'nat', '--append', 'POSTROUTING', ...leaving, '--jump', 'MASQUERADE'],
  ])
  const enter = ['nsenter', `--target=${first}`, '--net', '--mount', '--pid', '--']
  writeConfig(parts)
  plane.startFile('containerd', ['--config', join(parts.folder, 'containerd.toml')], { enter })
  const ctr = async (...words: readonly string[]): Promise<string> => {
    const [program = '', ...args] = [...enter, 'ctr', '--address', RUNTIME_SOCKET, ...words]
    return (await run(program, args)).stdout
  }
  await until(`containerd of ${name} answers`, READY_SECONDS_MAX, () => ctr('version'))
  startPrograms(plane, parts, enter)
  return {
    ...{ name, address, pid: holder.pid },
    async importImages(archives) {
      for (const archive of archives) await ctr('--namespace', 'k8s.io', 'images', 'import', archive)
    },
    startFirewall: () => void plane.start('kube-router', firewallArgs(plane, name), { enter }),
  }
}

/** The routes from each of the nodes to the pods of the others. */
export function connectPods(nodes: readonly Node[]): void {
  for (const [from, { pid }] of nodes.entries()) {
    for (const [to, { address }] of nodes.entries()) {
      if (from !== to) inNetworkOf(pid, ['ip', 'route', 'add', podCidrOf(to), 'via', address])
    }
  }
}

/** The first process in the namespace of processes that another has made; null before it is set up. */
function firstProcessOf(pid: number): number | null {
  const [child = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
  if (child === '') return null
  readFileSync(`/proc/${child}/root/run/is-node`)
  return Number(child)
}

function writeConfig(parts: NodeParts): void {
  const { folder } = parts
  for (const path of [folder, join(folder, 'cni')]) mkdirSync(path, { recursive: true })
  const texts = {
    'containerd.toml': containerdConfig(parts),
    'cni/10-pods.conflist': networkConfig(parts),
    'kubelet.yaml': kubeletConfig(parts),
    // Names outside of the cluster are not looked up.
    'resolv.conf': 'nameserver 127.0.0.1\n',
  }
  for (const [path, text] of Object.entries(texts)) writeFileSync(join(folder, path), text)
}

function startPrograms(plane: ControlPlane, parts: NodeParts, enter: readonly string[]): void {
  const { name, folder, address } = parts
  const identity = { user: `system:node:${name}`, group: 'system:nodes' }
  const kubelet = plane.authority.writeKubeconfig(`${name}-kubelet`, identity, plane.url)
  writeFileSync(join(folder, 'proxy.yaml'), proxyConfig(plane.kubeconfig, parts))
  const programs = [
    [
      ...['kubelet', `--config=${join(folder, 'kubelet.yaml')}`, `--kubeconfig=${kubelet}`],
      ...[`--hostname-override=${name}`, `--node-ip=${address}`, `--root-dir=${join(folder, 'kubelet')}`],
      ...[`--cert-dir=${folder}`, `--node-labels=topology.kubernetes.io/zone=zone-of-${name}`],
    ],
    ['kube-proxy', `--config=${join(folder, 'proxy.yaml')}`],
  ]
  for (const args of programs) plane.start('kube', args, { enter })
}

/** kube-router as a firewall only: the routes are static, and the Services are kube-proxy's. */
const firewallArgs = ({ kubeconfig }: ControlPlane, name: string): readonly string[] => [
  ...[`--kubeconfig=${kubeconfig}`, `--hostname-override=${name}`, '--metrics-port=0'],
  ...['--run-firewall=true', '--run-router=false', '--run-service-proxy=false', '--run-loadbalancer=false'],
  `--service-cluster-ip-range=${SERVICE_CIDR}`,
]
