import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { applicationOf, refresh, startArgo, stateOf } from './argo.ts'
import type { Application } from './argo.ts'
import { openCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import { assertDriftIsUndone } from './drift.ts'
import { edits, TAG_MISSING } from './edits.ts'
import { clusterFolder, environments, manifestsFolder, prepare } from './environments.ts'
import { FLUX_NAMESPACE, installFluxKinds } from './flux.ts'
import { startGitServer } from './git-server.ts'
import type { GitServer } from './git-server.ts'
import { inventoryOf } from './inventory.ts'
import type { Kubectl } from './kubectl.ts'
import { createRepository } from './repository.ts'
import type { Repository, Tree } from './repository.ts'
import { until } from './until.ts'
import { changedOf, consumersOf, podsOf, readyEndpointsOf, untilRolledOut, workloadsOf } from './workloads.ts'

const SECONDS_MAX = 300
const DEV = 'cdb-trading-dev'
const PROD = 'cdb-trading'
const isGiven = (process.env['KUBECONFIG'] ?? '') !== ''
const skip = isGiven && 'the controller of Argo CD is started beside a control plane of its own'

let cluster: Cluster
let kubectl: Kubectl
let server: GitServer
let repository: Repository

before(async () => {
  if (isGiven) return
  cluster = await openCluster()
  kubectl = cluster.kubectl
  assert.ok(cluster.plane !== null)
  const repositories = join(cluster.plane.folder, 'repositories')
  mkdirSync(repositories)
  repository = createRepository(repositories, manifestsFolder)
  repository.tag('0.1.0', 'signed')
  server = await startGitServer(repositories)
  await startArgo(cluster.plane, kubectl)
  await installFluxKinds(kubectl)
  await kubectl.apply(FLUX_NAMESPACE)
  await kubectl.read(['apply', '--server-side', '--kustomize', clusterFolder])
  for (const environment of environments) await prepare(kubectl, manifestsFolder, environment)
  await until('the API server serves the kinds of Argo CD', SECONDS_MAX, () => kubectl.apply(applications()))
})

after(async () => {
  if (isGiven) return
  await server.stop()
  await cluster.close()
})

/** argocd-application.yaml as it is, but for the address of the repository. */
function applications(): string {
  const text = readFileSync(join(manifestsFolder, 'flux', 'argocd-application.yaml'), 'utf8')
  const url = `${server.url}/${repository.bareName}`
  return text
    .replace(/^(\s*)repoURL: .*$/gm, `$1repoURL: ${url}`)
    .replace(/^( {2}sourceRepos:\n\s*- ).*$/m, `$1${url}`)
}

async function commit(message: string, edit: (tree: Tree) => void): Promise<string> {
  const revision = repository.commit(message, edit)
  await refresh(kubectl, 'cdb-dev')
  return revision
}

const isAt = ({ status }: Application, revision: string): boolean =>
  status?.sync?.revision === revision &&
  status.sync.status === 'Synced' &&
  status.health?.status === 'Healthy' &&
  status.operationState?.phase === 'Succeeded'

const untilAt = (name: string, revision: string): Promise<Application> =>
  until(
    `${name} is synced and healthy at ${revision}`,
    SECONDS_MAX,
    async () => {
      const found = await applicationOf(kubectl, name)
      return found !== null && isAt(found, revision) ? found : null
    },
    async () => [stateOf(await applicationOf(kubectl, name)), ...(cluster.plane?.fallen() ?? [])].join('\n'),
  )

test('Argo CD deploys dev from the branch, one wave after the other', { skip }, async () => {
  await untilAt('cdb-dev', repository.head())
  await untilRolledOut(kubectl, DEV, SECONDS_MAX)
  const order = [
    await fieldOf('pod/postgresql-0', '{.status.conditions[?(@.type=="Ready")].lastTransitionTime}'),
    await createdAt('job/cdb-migrate'),
    await fieldOf('job/cdb-migrate', '{.status.completionTime}'),
    await createdAt('deployment/cdb-risk'),
  ]
  assert.deepEqual(order, order.toSorted())
})

test('its objects are those that the overlay renders', { skip }, async () => {
  const application = await applicationOf(kubectl, 'cdb-dev')
  const ids = (application?.status?.resources ?? []).map(
    ({ group = '', kind, namespace = '', name }) => `${namespace}_${name}_${group}_${kind}`,
  )
  const render = await kubectl.read(['kustomize', join(repository.manifests, 'overlays', 'dev')])
  assert.deepEqual(ids.toSorted(), inventoryOf(render))
})

test('prod follows the release tag', { skip }, async () => {
  await untilAt('cdb-prod', repository.revisionOf('0.1.0'))
  const workloads = await untilRolledOut(kubectl, PROD, SECONDS_MAX)
  assert.equal(workloads.get('Deployment/cdb-risk')?.spec.replicas, 2)
})

test('Flux cannot deploy beside it', { skip }, async () => {
  const sync = readFileSync(join(manifestsFolder, 'flux', 'gitops-sync.yaml'), 'utf8')
  const args = ['create', '--dry-run=server', '--filename', '-']
  const refusal = await until('the policy is in force', SECONDS_MAX, async () => {
    const { code, stderr } = await kubectl.run(args, { input: sync })
    return code === 0 ? null : stderr
  })
  assert.match(refusal, /Argo CD deploys claire-de-binare to this cluster/)
})

test('what is scaled, edited or deleted by hand comes back (L05)', { skip }, async () => {
  await assertDriftIsUndone(kubectl, DEV, () => refresh(kubectl, 'cdb-dev'))
})

test('a file that is removed from the repository is removed from the cluster (L05)', { skip }, async () => {
  await untilAt('cdb-dev', await commit('an object more', edits.addObject))
  assert.notEqual(await kubectl.get(['configmap/more', '--namespace', DEV]), null)
  await untilAt('cdb-dev', await commit('an object less', edits.removeObject))
  assert.equal(await kubectl.get(['configmap/more', '--namespace', DEV]), null)
})

test('the namespace stays even when the repository has it no more (L05)', { skip }, async () => {
  const before = await fieldOf(`namespace/${DEV}`, '{.metadata.uid}')
  const revision = await commit('no namespace', edits.removeNamespace)
  // It prunes what it has applied, and the Namespace was there before it.
  // One of its own would wait for a person.
  await until('Argo CD has looked', SECONDS_MAX, async () => {
    const { sync, operationState } = (await applicationOf(kubectl, 'cdb-dev'))?.status ?? {}
    const isDone = sync?.status === 'Synced' || /confirm/i.test(operationState?.message ?? '')
    return sync?.revision === revision && isDone ? true : null
  })
  await untilAt('cdb-dev', await commit('the namespace again', edits.addNamespace))
  assert.equal(await fieldOf(`namespace/${DEV}`, '{.metadata.uid}'), before)
})

test(
  'a manifest that the API server refuses changes nothing, and the next one heals (L06)',
  { skip },
  async () => {
    const before = await podsOf(kubectl, DEV)
    const revision = await commit('a value that does not exist', edits.breakService)
    const state = await until('the sync fails', SECONDS_MAX, async () => {
      const found = await applicationOf(kubectl, 'cdb-dev')
      const text = stateOf(found)
      return found?.status?.sync?.revision === revision && /Nonsense/.test(text) ? text : null
    })
    assert.match(state, /Unsupported value: "Nonsense"/)
    assert.deepEqual(await podsOf(kubectl, DEV), before)
    await untilAt('cdb-dev', await commit('without that value', edits.mendService))
  },
)

test(
  'an image that cannot be pulled is told, and the pods before it keep serving (L06)',
  { skip },
  async () => {
    const before = await podsOf(kubectl, DEV)
    const revision = await commit('an image that is not there', edits.setTagOfRisk(TAG_MISSING))
    const during = await until('the new pod waits for its image', SECONDS_MAX, async () => {
      const found = await applicationOf(kubectl, 'cdb-dev')
      const pods = await podsOf(kubectl, DEV)
      const isThere = found?.status?.sync?.revision === revision && pods.size === before.size + 1
      return isThere && found.status.health?.status !== 'Healthy' ? pods : null
    })
    for (const [name, uid] of before) assert.equal(during.get(name), uid, `${name} keeps running`)
    assert.equal((await readyEndpointsOf(kubectl, DEV)).get('cdb-risk'), 1)
    await untilAt('cdb-dev', await commit('an image that is there', edits.setTagOfRisk('0.1.0-dev.2')))
  },
)

test('a change of a setting rolls those who read it, and nobody else (L07)', { skip }, async () => {
  const before = await workloadsOf(kubectl, DEV)
  const readers = consumersOf(before, 'cdb-config')
  await untilAt('cdb-dev', await commit('another log level', edits.setLogLevel('trace')))
  const after = await untilRolledOut(kubectl, DEV, SECONDS_MAX)
  assert.deepEqual(changedOf(before, after), readers)
  assert.equal(readers.length, 5)
})

const fieldOf = (object: string, path: string): Promise<string> =>
  kubectl.read(['get', object, '--namespace', DEV, '--output', `jsonpath=${path}`])

const createdAt = (object: string): Promise<string> => fieldOf(object, '{.metadata.creationTimestamp}')
