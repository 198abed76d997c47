import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../servers/free-port.ts'
import { createAuthority } from './certificates.ts'
import type { Authority } from './certificates.ts'
import { startProgram } from './program.ts'
import type { Program } from './program.ts'
import { toolOf } from './tool-catalog.ts'
import type { ToolName } from './tool-catalog.ts'
import { binaryOf } from './tools.ts'

/** A control plane on free ports of one address. It has no nodes of its own. */
export type ControlPlane = Readonly<{
  /** Of an administrator. */
  kubeconfig: string
  /** Where the API server is. */
  url: string
  authority: Authority
  /** For files of programs beside it; it goes with the control plane. */
  folder: string
  /** Starts one more program that ends with the control plane. */
  start(tool: ToolName, args: readonly string[], surroundings?: Surroundings): Program
  /** The same for a program of the machine. */
  startFile(file: string, args: readonly string[], surroundings?: Surroundings): Program
  /** Names each program that has ended by itself, with its last words. */
  fallen(): readonly string[]
  stop(): Promise<void>
}>

/** What a program runs in: variables, and words before it that lead elsewhere, as nsenter. */
export type Surroundings = Readonly<{
  env?: Readonly<Record<string, string>>
  enter?: readonly string[]
  endSignal?: NodeJS.Signals
}>

export const SERVICE_CIDR = '10.96.0.0/16'
export const POD_CIDR = '10.244.0.0/16'
const LOOPBACK = '127.0.0.1'

/** Where the API server listens: where pods are to reach it, not on the loopback. */
export type Endpoint = Readonly<{ address: string; port: number }>

/** Starts every part; the API server may not be ready yet when this returns. */
export async function startControlPlane(endpoint?: Endpoint): Promise<ControlPlane> {
  const { address, port } = endpoint ?? { address: LOOPBACK, port: await freePort() }
  const folder = mkdtempSync(join(tmpdir(), 'cdb-cluster-'))
  const running: Program[] = []
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', remove)
  const run = (name: string, words: readonly string[], surroundings: Surroundings = {}): Program => {
    const { enter = [], ...rest } = surroundings
    const [file = '', ...args] = [...enter, ...words]
    const program = startProgram({ name: `${running.length}-${name}`, file, args, folder, ...rest })
    running.push(program)
    return program
  }
  const start: ControlPlane['start'] = (tool, args, surroundings) =>
    run(tool === 'kube' ? (args[0] ?? tool) : tool, [binaryOf(toolOf(tool)), ...args], surroundings)
  const authority = createAuthority(folder)
  const url = `https://${address}:${port}`
  await startApiServer({ folder, authority, address, port, start })
  const admin = authority.writeKubeconfig('admin', { user: 'admin', group: 'system:masters' }, url)
  await startControllers({ folder, authority, url, start })
  return {
    ...{ kubeconfig: admin, url, authority, folder, start },
    startFile: (file, args, surroundings) => run(file, [file, ...args], surroundings),
    fallen: () => running.filter((program) => !program.isRunning()).map((program) => program.lastWords()),
    async stop() {
      // The last to start is the first to stop, so that none waits for one that has gone.
      for (const program of running.toReversed()) await program.stop()
      remove()
      process.off('exit', remove)
    },
  }
}

type Parts = Readonly<{ folder: string; authority: Authority; start: ControlPlane['start'] }>

type ApiServerParts = Parts & Endpoint

async function startApiServer({ folder, authority, address, port, start }: ApiServerParts): Promise<void> {
  const [etcdPort, peerPort] = [await freePort(), await freePort()]
  const etcdUrl = `http://127.0.0.1:${etcdPort}`
  start('etcd', [
    ...[`--data-dir=${join(folder, 'etcd')}`, '--unsafe-no-fsync', '--log-level=warn'],
    ...[`--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`],
    ...[`--listen-peer-urls=http://127.0.0.1:${peerPort}`],
    ...[`--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`],
    `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
  ])
  const { certPath, keyPath } = authority.issueServer('kube-apiserver', [address])
  const kubelets = { user: 'kube-apiserver', group: 'system:masters' }
  const client = authority.issueClient('kubelet-client', kubelets)
  const signingKeyPath = writeSigningKey(folder)
  start('kube', [
    ...['kube-apiserver', `--etcd-servers=${etcdUrl}`, `--secure-port=${port}`, `--bind-address=${address}`],
    ...[`--advertise-address=${address}`, `--service-cluster-ip-range=${SERVICE_CIDR}`],
    ...[`--kubelet-client-certificate=${client.certPath}`, `--kubelet-client-key=${client.keyPath}`],
    '--kubelet-preferred-address-types=InternalIP',
    ...[`--tls-cert-file=${certPath}`, `--tls-private-key-file=${keyPath}`],
    ...[`--client-ca-file=${authority.caPath}`, `--cert-dir=${folder}`, '--authorization-mode=Node,RBAC'],
    ...['--service-account-issuer=https://kubernetes.default.svc'],
    ...[`--service-account-key-file=${signingKeyPath}`],
    `--service-account-signing-key-file=${signingKeyPath}`,
  ])
}

/** The key that tokens of service accounts are signed with. */
function writeSigningKey(folder: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const path = join(folder, 'service-accounts.key')
  writeFileSync(path, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  return path
}

async function startControllers({ folder, authority, url, start }: Parts & { url: string }): Promise<void> {
  const manager = { user: 'system:kube-controller-manager' }
  const [managerPort, schedulerPort] = [await freePort(), await freePort()]
  start('kube', [
    'kube-controller-manager',
    `--kubeconfig=${authority.writeKubeconfig('controller-manager', manager, url)}`,
    ...['--leader-elect=false', '--bind-address=127.0.0.1', `--secure-port=${managerPort}`],
    ...['--use-service-account-credentials', `--root-ca-file=${authority.caPath}`],
    `--service-account-private-key-file=${join(folder, 'service-accounts.key')}`,
    `--cert-dir=${folder}`,
  ])
  const scheduler = { user: 'system:kube-scheduler' }
  const schedulerConfig = authority.writeKubeconfig('scheduler', scheduler, url)
  start('kube', [
    ...['kube-scheduler', `--kubeconfig=${schedulerConfig}`, '--leader-elect=false'],
    ...['--bind-address=127.0.0.1', `--secure-port=${schedulerPort}`, `--cert-dir=${folder}`],
  ])
}
