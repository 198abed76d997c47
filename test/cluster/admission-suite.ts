import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import { stringify } from 'yaml'
import { openCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import { environments, manifestsFolder, namespaceOf, overlayOf } from './environments.ts'
import type { Environment } from './environments.ts'
import { until } from './until.ts'

const ACCOUNT_SECONDS_MAX = 60

let cluster: Cluster

before(async () => {
  cluster = await openCluster()
})

after(async () => {
  await cluster.close()
})

for (const environment of environments) {
  test(`the API server takes the whole overlay ${environment.name}, without an error or a warning (L01)`, async (t) => {
    const { kubectl } = cluster
    if (cluster.plane !== null) await kubectl.apply(await namespaceOf(kubectl, manifestsFolder, environment))
    if (await isLeftOut(t, environment)) return
    const { code, stdout, stderr } = await kubectl.run([
      ...['apply', '--server-side', '--field-manager=cdb-deploy', '--dry-run=server'],
      ...['--kustomize', overlayOf(manifestsFolder, environment)],
    ])
    assert.equal(code, 0, stderr)
    assert.equal(stderr, '')
    assert.ok(stdout.split('\n').length > 20, stdout)
  })

  test(`a pod that runs as root is refused in ${environment.namespace}`, async (t) => {
    if (await isLeftOut(t, environment)) return
    // A pod without its account is refused for that; a new namespace gets it a moment after it is made.
    const account = ['serviceaccount', 'default', '--namespace', environment.namespace]
    await until('the default account is there', ACCOUNT_SECONDS_MAX, () => cluster.kubectl.get(account))
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'as-root', namespace: environment.namespace },
      spec: { containers: [{ name: 'shell', image: 'busybox:1.37', securityContext: { runAsUser: 0 } }] },
    }
    const args = ['create', '--dry-run=server', '--filename', '-']
    const { code, stderr } = await cluster.kubectl.run(args, { input: stringify(pod) })
    assert.equal(code, 1)
    assert.match(stderr, /violates PodSecurity "restricted:v1\.\d+"/)
  })
}

/** Whether there is no namespace to try it in, which only a cluster that was there before may say. */
async function isLeftOut(t: TestContext, { namespace }: Environment): Promise<boolean> {
  if ((await cluster.kubectl.get(['namespace', namespace])) !== null) return false
  assert.equal(cluster.plane, null, `there is no namespace ${namespace}`)
  t.skip(`there is no namespace ${namespace} to try it in`)
  return true
}
