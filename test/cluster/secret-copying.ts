import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import type { ControlPlane } from './control-plane.ts'
import { manifestsFolder } from './environments.ts'
import type { Environment } from './environments.ts'
import type { Kubectl } from './kubectl.ts'
import { toolOf } from './tool-catalog.ts'
import { crdsOf } from './tools.ts'

/** The store of the tests: the Secrets of a namespace of the same cluster, in place of a cloud's. */
export const storeOf = ({ namespace }: Environment): string => `store-of-${namespace}`

/** Does what the guide asks of the program of the cloud, with that store. */
export const AWS = `aws() {
  [[ "$1 $2 $3 $5" == 'secretsmanager create-secret --name --secret-string' ]]
  jq --arg namespace "store-of-\${4%/*}" --arg name "\${4#*/}" \\
    '{apiVersion: "v1", kind: "Secret", metadata: {$namespace, $name}, stringData: .}' "\${6#file://}" |
    kubectl apply --server-side --filename -
}
`

/** Installs the CRDs, and starts the operator as a process of this machine. */
export async function startCopying(plane: ControlPlane, kubectl: Kubectl): Promise<void> {
  const crds = crdsOf(toolOf('external-secrets'))
  const files = readdirSync(crds).filter((file) => file !== 'kustomization.yaml')
  for (const file of files) await kubectl.apply(readFileSync(join(crds, file), 'utf8'))
  await kubectl.read(['wait', 'crd', '--all', '--for=condition=Established', '--timeout=60s'])
  const env = { KUBECONFIG: plane.kubeconfig }
  plane.start('external-secrets', ['--metrics-addr=127.0.0.1:0'], { env })
}

type Manifest = Readonly<{ kind: string; spec?: object }>

/** The SecretStore of the example, and its account, with the store of the tests as its provider. */
export function secretStoreOf(plane: ControlPlane, environment: Environment): string {
  const path = join(manifestsFolder, 'tests/combinations/external-secrets/secret-store.yaml')
  const kubernetes = {
    remoteNamespace: storeOf(environment),
    server: { url: plane.url, caProvider: { type: 'ConfigMap', name: 'kube-root-ca.crt', key: 'ca.crt' } },
    auth: { serviceAccount: { name: 'cdb-store' } },
  }
  return parseAllDocuments(readFileSync(path, 'utf8'))
    .map((document) => document.toJS() as Manifest)
    .map((each) => (each.kind === 'SecretStore' ? { ...each, spec: { provider: { kubernetes } } } : each))
    .map((each) => `---\n${stringify(each)}`)
    .join('')
}

/** Makes the store, which the account of its environment may read, and no other. */
export async function openStore(kubectl: Kubectl, environment: Environment): Promise<void> {
  const namespace = storeOf(environment)
  const metadata = { name: 'cdb-store', namespace }
  const api = 'rbac.authorization.k8s.io'
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      ...{ apiVersion: `${api}/v1`, kind: 'Role', metadata },
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      ...{ apiVersion: `${api}/v1`, kind: 'RoleBinding', metadata },
      roleRef: { apiGroup: api, kind: 'Role', name: 'cdb-store' },
      subjects: [{ kind: 'ServiceAccount', name: 'cdb-store', namespace: environment.namespace }],
    },
  ]
  await kubectl.apply(objects.map((each) => `---\n${stringify(each)}`).join(''))
}

/** Puts the operator's own store that is for tests in its place: it says of an entry that there is none. */
export async function emptyStore(kubectl: Kubectl, { namespace }: Environment): Promise<void> {
  const provider = { kubernetes: null, fake: { data: [{ key: 'another', value: 'entry' }] } }
  const words = ['secretstore', 'cdb', '--namespace', namespace, '--type=merge']
  await kubectl.read(['patch', ...words, '--patch', JSON.stringify({ spec: { provider } })])
}
