import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../servers/free-port.ts'
import type { ControlPlane } from './control-plane.ts'
import { manifestsFolder } from './environments.ts'
import type { Environment } from './environments.ts'
import type { Kubectl } from './kubectl.ts'
import { toolOf } from './tool-catalog.ts'
import { crdsOf } from './tools.ts'
import { until } from './until.ts'

/** Where kubeseal looks for the controller when nobody says otherwise. */
const [NAMESPACE, NAME] = ['kube-system', 'sealed-secrets-controller']
const SECONDS_MAX = 90

/**
 * The controller knows its cluster only by the files that a pod has, at a path that is fixed: it gets a view
 * of the file system in which they are there.
 */
const AS_POD = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  '--mount',
  '--',
  'sh',
  '-c',
]
const MOUNT = `mount -t tmpfs none /var/run && mkdir -p /var/run/secrets/kubernetes.io`
const FILES = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Why the controller of Sealed Secrets cannot run on this machine; null when it can. */
export function whyNoSealing(): string | null {
  const [file = '', ...args] = AS_POD
  if (spawnSync(file, [...args, MOUNT]).status !== 0)
    return 'a mount namespace of its own is not allowed here'
  return ownAddress() === undefined ? 'the machine has no address besides the loopback' : null
}

/** Installs the CRD and starts the controller as a process of this machine, behind its Service. */
export async function startSealing(plane: ControlPlane, kubectl: Kubectl): Promise<void> {
  const crds = crdsOf(toolOf('sealed-secrets'))
  for (const file of readdirSync(crds)) await kubectl.apply(readFileSync(join(crds, file), 'utf8'))
  const [address, port] = [ownAddress() ?? '', await freePort()]
  await kubectl.apply(
    furniture(address, port)
      .map((each) => `---\n${stringify(each)}`)
      .join(''),
  )
  await standIn(kubectl, address)
  const files = await writeFiles(plane, kubectl)
  const { hostname, port: apiPort } = new URL(plane.url)
  plane.start(
    'sealed-secrets',
    [`--listen-addr=${address}:${port}`, `--listen-metrics-addr=127.0.0.1:${await freePort()}`],
    {
      enter: [...AS_POD, `${MOUNT} && ln -s "$0" ${FILES} && exec "$@"`, files],
      env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: apiPort, POD_NAMESPACE: NAMESPACE },
    },
  )
  const healthz = `/api/v1/namespaces/${NAMESPACE}/services/http:${NAME}:http/proxy/healthz`
  const isUp = async (): Promise<true | null> =>
    (await kubectl.read(['get', '--raw', healthz])) === 'ok\n' ? true : null
  await until('the controller of Sealed Secrets answers', SECONDS_MAX, isUp, () =>
    Promise.resolve(plane.fallen().join('\n')),
  )
}

/** Gives the pod of the controller the address of this machine: the API server proxies to pods only. */
async function standIn(kubectl: Kubectl, address: string): Promise<void> {
  const status = { podIP: address, podIPs: [{ ip: address }] }
  const words = ['pod', NAME, '--namespace', NAMESPACE, '--subresource=status', '--type=merge']
  await kubectl.read(['patch', ...words, '--patch', JSON.stringify({ status })])
}

/** What a pod finds at its account: a token, and the authority of the API server. */
async function writeFiles(plane: ControlPlane, kubectl: Kubectl): Promise<string> {
  const folder = join(plane.folder, NAME)
  mkdirSync(folder)
  const token = await kubectl.read(['create', 'token', NAME, '--namespace', NAMESPACE, '--duration=4h'])
  writeFileSync(join(folder, 'token'), token.trim(), { mode: 0o600 })
  copyFileSync(plane.authority.caPath, join(folder, 'ca.crt'))
  return folder
}

/** The API server proxies to no address of the loopback. The first is that of the link that was up first. */
const ownAddress = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(
      ({ internal, family, address }) => !internal && family === 'IPv4' && !address.startsWith('169.254.'),
    )?.address

/** Its account, which may do everything, its Service, and its pod, which is put on no node. */
function furniture(address: string, port: number): readonly object[] {
  const metadata = { name: NAME, namespace: NAMESPACE }
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: NAME },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'http', port: 8080 }] } },
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata },
      spec: {
        ...{ schedulerName: 'nobody', serviceAccountName: NAME },
        containers: [{ name: 'controller', image: NAME }],
      },
    },
    {
      ...{ apiVersion: 'v1', kind: 'Endpoints', metadata },
      subsets: [
        {
          addresses: [{ ip: address, targetRef: { kind: 'Pod', ...metadata } }],
          ports: [{ name: 'http', port }],
        },
      ],
    },
  ]
}

type Sealed = Readonly<{
  metadata: Readonly<{
    name: string
    namespace: string
    generation: number
    labels: object
    annotations: object
  }>
  spec: object
  status?: Readonly<{ observedGeneration?: number; conditions?: readonly Condition[] }>
}>
type Condition = Readonly<{ type: string; status: string; message?: string }>

/** The SealedSecret `cdb-secrets` of an environment, to be applied again. */
export async function sealedSecretOf(kubectl: Kubectl, environment: Environment): Promise<string> {
  const { metadata, spec } = await readSealed(kubectl, environment)
  const { name, namespace, labels } = metadata
  const kind = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret' }
  return JSON.stringify({ ...kind, metadata: { name, namespace, labels }, spec })
}

/** Waits for what the controller says of it: whether it could open it. */
export function untilSynced(
  kubectl: Kubectl,
  environment: Environment,
  status: 'True' | 'False',
): Promise<Condition> {
  return until(`Synced is ${status}`, SECONDS_MAX, async () => {
    const { metadata, status: state } = await readSealed(kubectl, environment)
    if (state?.observedGeneration !== metadata.generation) return null
    return state.conditions?.find((each) => each.type === 'Synced' && each.status === status) ?? null
  })
}

async function readSealed(kubectl: Kubectl, { namespace }: Environment): Promise<Sealed> {
  const found = await kubectl.get<Sealed>(['sealedsecret/cdb-secrets', '--namespace', namespace])
  if (found !== null) return found
  throw new Error(`${namespace} has no SealedSecret cdb-secrets`)
}

/** The names of the Secrets with private keys that the command of the guide prints. */
export async function sealingKeys(kubectl: Kubectl): Promise<readonly string[]> {
  const text = readFileSync(join(manifestsFolder, 'SECRETS_GUIDE.md'), 'utf8')
  const command = /\(`kubectl (get secret --namespace kube-system [^`]+) --output yaml`\)/.exec(text)?.[1]
  if (command === undefined) throw new Error('the guide names no command for the private key')
  const found = await kubectl.read([...command.split(' '), '--output', 'name'])
  return found.split('\n').filter((line) => line !== '')
}
