import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { openCluster } from './cluster.ts'
import { clusterFolder, environments, manifestsFolder, prepare } from './environments.ts'
import { FLUX, kustomizationsOf, readyOf, request, revisionOf, startFlux, stateOf } from './flux.ts'
import type { Condition, FluxKustomization } from './flux.ts'
import { startGitServer } from './git-server.ts'
import type { Kubectl } from './kubectl.ts'
import { createRepository } from './repository.ts'
import type { Repository, Tree } from './repository.ts'
import { until } from './until.ts'

/** A cluster to which Flux deploys from a repository that the test writes. */
export type FluxSite = Readonly<{
  kubectl: Kubectl
  repository: Repository
  /** Commits an edit of the manifests, makes Flux fetch it, and returns its revision. */
  commit(message: string, edit: (tree: Tree) => void): Promise<string>
  /** Waits until the layers of an environment are ready at a revision, and returns them in their order. */
  untilReady(environment: 'dev' | 'prod', revision: string): Promise<Layers>
  /** Waits until a Kustomization has tried a revision and is not ready, and returns why. */
  untilNotReady(name: string, revision: string): Promise<Condition>
  close(): Promise<void>
}>

export type Layers = readonly [FluxKustomization, FluxKustomization, FluxKustomization]

/** Long enough for a rollout here, and short enough to wait for one that cannot succeed. */
const HEALTH_SECONDS = 90
const SECONDS_MAX = 300
const SOURCE = 'gitrepository/claire-de-binare'

/** Starts a cluster, a Git server and Flux, and does what the guide has an administrator do. */
export async function openFluxSite(): Promise<FluxSite> {
  const cluster = await openCluster()
  const { kubectl, plane } = cluster
  assert.ok(plane !== null)
  const repositories = join(plane.folder, 'repositories')
  mkdirSync(repositories)
  const repository = createRepository(repositories, manifestsFolder)
  const server = await startGitServer(repositories)
  const close = async (): Promise<void> => {
    await server.stop()
    await cluster.close()
  }
  try {
    await startFlux(plane, kubectl)
    await kubectl.read(['apply', '--server-side', '--kustomize', clusterFolder])
    for (const environment of environments) {
      await prepare(kubectl, manifestsFolder, environment)
      const access = join(clusterFolder, `flux-${environment.name}`)
      await kubectl.read(['apply', '--server-side', '--kustomize', access])
    }
    await kubectl.apply(releaseKeys(repository))
    const sync = syncFrom(`${server.url}/${repository.bareName}`)
    await until('the API server serves the kinds of Flux', SECONDS_MAX, () => kubectl.apply(sync))
  } catch (error) {
    await close()
    throw error
  }
  return {
    ...{ kubectl, repository, close },
    async commit(message, edit) {
      const revision = repository.commit(message, edit)
      await request(kubectl, SOURCE)
      return revision
    },
    untilReady: (environment, revision) => untilReady(kubectl, environment, revision),
    untilNotReady: (name, revision) => untilNotReady(kubectl, name, revision),
  }
}

/** gitops-sync.yaml as it is, but for the address of the repository and the time that it waits for health. */
const syncFrom = (url: string): string =>
  readFileSync(join(manifestsFolder, 'flux', 'gitops-sync.yaml'), 'utf8')
    .replace(/^(\s*)url: .*$/gm, `$1url: ${url}`)
    .replace(/^(\s*)timeout: 15m$/gm, `$1timeout: ${HEALTH_SECONDS}s`)

/** Whose signatures count for prod. */
const releaseKeys = ({ publicKey }: Repository): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'cdb-release-keys', namespace: FLUX },
    stringData: { 'test.sshpub': publicKey },
  })

const stateNow = async (kubectl: Kubectl): Promise<string> => stateOf(await kustomizationsOf(kubectl))

async function untilReady(kubectl: Kubectl, environment: string, revision: string): Promise<Layers> {
  return until(
    `${environment} is ready at ${revision}`,
    SECONDS_MAX,
    async () => {
      const all = await kustomizationsOf(kubectl)
      const [first, second, third] = ['infrastructure', 'migrations', 'services']
        .map((layer) => all.get(`cdb-${layer}-${environment}`))
        .filter((layer) => layer !== undefined && isReadyAt(layer, revision))
      return first && second && third ? [first, second, third] : null
    },
    () => stateNow(kubectl),
  )
}

const isReadyAt = (layer: FluxKustomization, revision: string): boolean =>
  revisionOf(layer.status?.lastAppliedRevision) === revision && readyOf(layer)?.status === 'True'

async function untilNotReady(kubectl: Kubectl, name: string, revision: string): Promise<Condition> {
  return until(
    `${name} is not ready at ${revision}`,
    SECONDS_MAX,
    async () => {
      const found = (await kustomizationsOf(kubectl)).get(name)
      if (found === undefined || revisionOf(found.status?.lastAttemptedRevision) !== revision) return null
      const ready = readyOf(found)
      return ready?.status === 'False' ? ready : null
    },
    () => stateNow(kubectl),
  )
}
