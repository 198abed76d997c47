import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, delimiter, join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../servers/free-port.ts'
import type { ControlPlane } from './control-plane.ts'
import type { Kubectl } from './kubectl.ts'
import { toolOf } from './tool-catalog.ts'
import { binaryOf, crdsOf } from './tools.ts'

/** The namespace of Argo CD and its Applications. */
export const ARGO = 'argocd'

/** What a test reads of an Application. */
export type Application = Readonly<{
  metadata: Readonly<{ name: string }>
  status?: Readonly<{
    sync?: Readonly<{ status: string; revision?: string }>
    health?: Readonly<{ status: string }>
    operationState?: Readonly<{
      phase: string
      message?: string
      syncResult?: Readonly<{ revision?: string; resources?: readonly SyncedResource[] }>
    }>
    conditions?: readonly Readonly<{ type: string; message: string }>[]
    resources?: readonly Resource[]
  }>
}>

export type Resource = Readonly<{ group?: string; kind: string; namespace?: string; name: string }>
type SyncedResource = Resource & Readonly<{ status?: string; message?: string }>

/** Installs the CRDs and the settings, and starts a Redis, the repository server and the controller. */
export async function startArgo(plane: ControlPlane, kubectl: Kubectl): Promise<void> {
  const crds = crdsOf(toolOf('argocd'))
  for (const file of readdirSync(crds).filter((name) => name.endsWith('-crd.yaml'))) {
    await kubectl.apply(readFileSync(join(crds, file), 'utf8'))
  }
  await kubectl.apply(settings())
  const [redis, server] = [await freePort(), await freePort()]
  const [serverMetrics, controllerMetrics] = [await freePort(), await freePort()]
  const env = environmentOf(plane)
  plane.startFile('redis-server', ['--bind', '127.0.0.1', '--port', String(redis), '--save', ''])
  plane.start(
    'argocd',
    [
      ...['--address=127.0.0.1', `--port=${server}`, '--metrics-address=127.0.0.1'],
      ...[`--metrics-port=${serverMetrics}`, `--redis=127.0.0.1:${redis}`],
    ],
    { env: { ...env, ARGOCD_BINARY_NAME: 'argocd-repo-server' } },
  )
  plane.start(
    'argocd',
    [
      ...[`--repo-server=127.0.0.1:${server}`, `--redis=127.0.0.1:${redis}`, `--namespace=${ARGO}`],
      ...[`--metrics-port=${controllerMetrics}`, '--self-heal-timeout-seconds=1'],
    ],
    { env: { ...env, ARGOCD_BINARY_NAME: 'argocd-application-controller' } },
  )
}

/** Folders of its own instead of those of its image, and the real kustomize first on the path. */
function environmentOf({ folder, kubeconfig }: ControlPlane): Readonly<Record<string, string>> {
  const own = (name: string): string => {
    mkdirSync(join(folder, 'argo', name), { recursive: true })
    return join(folder, 'argo', name)
  }
  const programs = (['kustomize', 'argocd'] as const).map((name) => dirname(binaryOf(toolOf(name))))
  return {
    KUBECONFIG: kubeconfig,
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_TLS_DATA_PATH: own('tls'),
    ARGOCD_SSH_DATA_PATH: own('ssh'),
    ARGOCD_PLUGINSOCKFILEPATH: own('plugins'),
    HOME: own('home'),
    TMPDIR: own('tmp'),
    PATH: [...programs, process.env['PATH'] ?? ''].join(delimiter),
  }
}

/** The objects that its own installation has beside its Deployments. */
function settings(): string {
  const labels = { 'app.kubernetes.io/part-of': 'argocd' }
  const configMaps = ['argocd-cm', 'argocd-rbac-cm', 'argocd-cmd-params-cm', 'argocd-tls-certs-cm'].concat(
    ...['argocd-ssh-known-hosts-cm', 'argocd-gpg-keys-cm'],
  )
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ARGO } },
    ...configMaps.map((name) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: ARGO, labels },
      ...(name === 'argocd-cm' ? { data: { 'timeout.reconciliation': '600s' } } : {}),
    })),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'argocd-secret', namespace: ARGO, labels },
      stringData: { 'server.secretkey': 'of a cluster that lives for minutes' },
    },
  ]
    .map((object) => `---\n${stringify(object)}`)
    .join('')
}

/** An Application by name. */
export const applicationOf = (kubectl: Kubectl, name: string): Promise<Application | null> =>
  kubectl.get<Application>(['application.argoproj.io', name, '--namespace', ARGO])

/** Asks Argo CD to look at the repository and the cluster now. */
export async function refresh(kubectl: Kubectl, name: string): Promise<void> {
  await kubectl.read([
    ...['annotate', `application.argoproj.io/${name}`, 'argocd.argoproj.io/refresh=hard'],
    ...['--overwrite', '--namespace', ARGO],
  ])
}

/** What Argo CD says of an Application, in some lines. */
export function stateOf(application: Application | null): string {
  const { sync, health, operationState, conditions = [] } = application?.status ?? {}
  const synced = operationState?.syncResult?.resources ?? []
  return [
    `sync ${sync?.status ?? 'unknown'} at ${sync?.revision ?? ''}, health ${health?.status ?? 'unknown'}`,
    `operation ${operationState?.phase ?? 'none'}: ${operationState?.message ?? ''}`,
    ...conditions.map(({ type, message }) => `${type}: ${message}`),
    ...synced
      .filter(({ status }) => status !== 'Synced')
      .map(({ kind, name, status, message }) => `${kind}/${name}: ${status ?? ''} ${message ?? ''}`),
  ].join('\n')
}
