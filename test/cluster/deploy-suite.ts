import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { TestContext } from 'node:test'
import { openCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import { clusterFolder, environments, manifestsFolder, overlayOf, prepare } from './environments.ts'
import type { Environment } from './environments.ts'
import { findKubectl } from './kubectl.ts'
import { findingsOf } from './live.ts'
import { writePreviousRelease } from './previous-release.ts'
import { until } from './until.ts'
import type { Workload } from './workloads.ts'
import { readyEndpointsOf, refusalsOf, untilRolledOut, workloadsOf } from './workloads.ts'

const SCRIPT_TIMEOUT_MS = 600_000
const ROLLOUT_SECONDS_MAX = 240
const READ_ONLY = 'it changes what is deployed, and the cluster of KUBECONFIG is only looked at'
const isGiven = (process.env['KUBECONFIG'] ?? '') !== ''

let cluster: Cluster
let folder: string
let kubectlFolder: string

before(async () => {
  cluster = await openCluster()
  folder = mkdtempSync(join(tmpdir(), 'cdb-release-'))
  kubectlFolder = dirname(await findKubectl())
  if (cluster.plane !== null) await cluster.kubectl.read(['apply', '--server-side', '-k', clusterFolder])
})

after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await cluster.close()
})

for (const environment of environments) {
  suite(`deploy-k8s.sh --environment ${environment.name}`, () => {
    testUpgrade(environment)
    testState(environment)
    testQuota(environment)
  })
}

/** From the release before to this one, and this one again. */
function testUpgrade(environment: Environment): void {
  const { name, namespace } = environment

  test(`${name}: the release before becomes this one (L02)`, { skip: isGiven && READ_ONLY }, async (t) => {
    const previous = writePreviousRelease(join(folder, name))
    t.diagnostic(`upgrade from ${previous.from}`)
    await prepare(cluster.kubectl, previous.folder, environment)
    await deploy(previous.folder, environment)
    const before = generationsOf(await workloadsOf(cluster.kubectl, namespace))
    await deploy(manifestsFolder, environment)
    const after = await untilRolledOut(cluster.kubectl, namespace, ROLLOUT_SECONDS_MAX)
    const grown = [...generationsOf(after)].filter(([key, generation]) => generation > (before.get(key) ?? 0))
    assert.ok(grown.length >= 5, `the upgrade changed only ${grown.join(', ')}`)
    assert.deepEqual(await refusalsOf(cluster.kubectl, namespace), [])
  })

  test(`${name}: the same again changes nothing (L02)`, { skip: isGiven && READ_ONLY }, async () => {
    assert.ok(await isDeployed(environment))
    const before = generationsOf(await workloadsOf(cluster.kubectl, namespace))
    await deploy(manifestsFolder, environment)
    assert.deepEqual(generationsOf(await workloadsOf(cluster.kubectl, namespace)), before)
  })
}

/** What is deployed: the same on a cluster that was there before. */
function testState(environment: Environment): void {
  const { name, namespace } = environment

  test(`${name}: what is deployed is what the overlay says (L02)`, async (t) => {
    if (await isLeftOut(t, environment)) return
    const overlay = overlayOf(manifestsFolder, environment)
    const { code, stdout, stderr } = await cluster.kubectl.run([
      ...['diff', '--server-side', '--field-manager=cdb-deploy', '--kustomize', overlay],
    ])
    assert.deepEqual({ code, stdout }, { code: 0, stdout: '' }, stderr)
  })

  test(`${name}: every workload is ready, and every Service has a ready endpoint (L03)`, async (t) => {
    if (await isLeftOut(t, environment)) return
    await untilRolledOut(cluster.kubectl, namespace, ROLLOUT_SECONDS_MAX)
    const endpoints = await readyEndpointsOf(cluster.kubectl, namespace)
    assert.ok(endpoints.size >= 5, [...endpoints.keys()].join(', '))
    const idle = [...endpoints].filter(([, ready]) => ready === 0)
    assert.deepEqual(idle, [])
  })

  test(`${name}: the live audit finds nothing wrong (L01, L03)`, async (t) => {
    if (await isLeftOut(t, environment)) return
    const found = await findingsOf(cluster.kubectl, manifestsFolder, name)
    assert.deepEqual(found, { ...found, L01: [], L03: [] })
  })
}

/** Room for a rollout, and none. */
function testQuota(environment: Environment): void {
  const { name, namespace } = environment

  test(`${name}: all services may roll at once under the quota`, { skip: isGiven && READ_ONLY }, async () => {
    const { kubectl } = cluster
    assert.ok(await isDeployed(environment))
    await kubectl.read(['rollout', 'restart', 'deployment', '--namespace', namespace])
    await untilRolledOut(kubectl, namespace, ROLLOUT_SECONDS_MAX)
    assert.deepEqual(await refusalsOf(kubectl, namespace), [])
  })

  test(`${name}: a quota without room for one more pod is told`, { skip: isGiven && READ_ONLY }, async () => {
    const { kubectl } = cluster
    const [allowed, used] = [
      await podsOfQuota(namespace, '{.spec.hard.pods}'),
      await podsOfQuota(namespace, '{.status.used.pods}'),
    ]
    await allowPods(namespace, used)
    await kubectl.read(['rollout', 'restart', 'deployment', 'cdb-risk', '--namespace', namespace])
    const refusals = await until('the quota refuses the pod', ROLLOUT_SECONDS_MAX, async () => {
      const found = await refusalsOf(kubectl, namespace)
      return found.length > 0 ? found : null
    })
    assert.match(refusals.join('\n'), /exceeded quota: cdb-quota/)
    await allowPods(namespace, allowed)
    await untilRolledOut(kubectl, namespace, ROLLOUT_SECONDS_MAX)
  })
}

const podsOfQuota = (namespace: string, path: string): Promise<string> =>
  cluster.kubectl.read([
    ...['get', 'resourcequota', 'cdb-quota', '--namespace', namespace, '--output', `jsonpath=${path}`],
  ])

async function allowPods(namespace: string, pods: string): Promise<void> {
  const patch = JSON.stringify({ spec: { hard: { pods } } })
  await cluster.kubectl.read([
    'patch',
    'resourcequota',
    'cdb-quota',
    '--namespace',
    namespace,
    '--patch',
    patch,
  ])
}

/** Whether there is nothing to look at, which only a cluster that was there before may say. */
async function isLeftOut(t: TestContext, environment: Environment): Promise<boolean> {
  if (await isDeployed(environment)) return false
  assert.equal(cluster.plane, null, `nothing is deployed to ${environment.namespace}`)
  t.skip(`nothing is deployed to ${environment.namespace}`)
  return true
}

const isDeployed = async ({ namespace }: Environment): Promise<boolean> =>
  (await workloadsOf(cluster.kubectl, namespace)).size > 0

const generationsOf = (workloads: ReadonlyMap<string, Workload>): ReadonlyMap<string, number> =>
  new Map([...workloads].map(([key, { metadata }]) => [key, metadata.generation]))

/** Runs the script of a folder of manifests; its words are told when it fails. */
function deploy(manifests: string, { name }: Environment): Promise<void> {
  const args = ['--environment', name, '--yes', '--timeout', '120', '--watch', '5']
  return new Promise((resolve, reject) => {
    const child = spawn(join(manifests, 'deploy-k8s.sh'), args, {
      env: {
        ...process.env,
        KUBECONFIG: cluster.kubeconfig,
        PATH: `${kubectlFolder}${delimiter}${process.env['PATH'] ?? ''}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: SCRIPT_TIMEOUT_MS,
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text))
    }
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`deploy-k8s.sh ended with ${String(code)}:\n${said}`))
    })
  })
}
