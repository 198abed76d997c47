import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openContainerSite } from './container-site.ts'
import type { ContainerSite } from './container-site.ts'
import { prod, serviceNames } from './environments.ts'
import type { Kubectl } from './kubectl.ts'
import { crash } from './pod-crash.ts'
import { assertTrades, leaderOf, untilMoreFills } from './trading.ts'

const LONG = { timeoutMs: 300_000 }
/** With two processors each, enough for production while one is drained or all services roll. */
const NODES = 5
const SAMPLE_MS = 250
/** Of each of these there is one. */
const SERVERS = ['postgresql-0', 'redis-0', 'cdb-venue-0']

const skip =
  (process.env['KUBECONFIG'] ?? '') !== '' && 'production is not brought up on the cluster of KUBECONFIG'

let site: ContainerSite

before(async () => {
  if (skip === false) site = await openContainerSite(prod, { given: '', nodes: NODES })
})

after(async () => {
  if (skip === false) await site.close()
})

test(
  'production comes up by the same steps, with the images of this tree by digest (L03)',
  { skip },
  async () => {
    const headings = ['3. Once for the cluster', '4. Namespace and Secrets', '5. Deploy']
    assert.match(await site.checkout.follow('QUICKSTART.md', headings), /deployed prod to cdb-trading/)
    const images = await site.kubectl.read(['get', 'deployments', `--output=jsonpath={..image}`])
    for (const name of serviceNames) assert.match(images, new RegExp(`/${name}@sha256:[0-9a-f]{64}`))
    await assertTrades(site)
  },
)

test('while all services roll, each has a ready pod at any time (L09)', { skip }, async () => {
  const least = await leastDuring(site.kubectl, async () => {
    await site.kubectl.read(['rollout', 'restart', 'deployment', ...serviceNames])
    for (const name of serviceNames) {
      await site.kubectl.read(['rollout', 'status', `deployment/${name}`], LONG)
    }
  })
  assertServed(least.ready)
  await assertTrades(site)
})

test('while nodes are drained, disruption budgets leave each service a pod (L09)', { skip }, async (t) => {
  for (const name of site.nodes) {
    const here = await podsOn(site.kubectl, name)
    const least = await leastDuring(site.kubectl, async () => {
      await site.kubectl.read(['drain', name, '--delete-emptydir-data', '--timeout=280s'], LONG)
    })
    t.diagnostic(`${name} drained, least running: ${textOf(least.running)}; ready: ${textOf(least.ready)}`)
    assertServed(least.running)
    // Without the database or the wire a service is not ready, wherever it runs.
    if (!here.some((pod) => SERVERS.includes(pod))) assertServed(least.ready)
    await assertTrades(site)
    await site.kubectl.read(['uncordon', name])
  }
})

test('each leader may be killed: the standby leads, and orders are filled (L09)', { skip }, async (t) => {
  const { kubectl } = site
  for (const name of serviceNames) {
    const role = name.replace('cdb-', '')
    const leader = await leaderOf(kubectl, role)
    const startMs = Date.now()
    await crash(kubectl, leader)
    await untilMoreFills(kubectl, 1)
    const seconds = ((Date.now() - startMs) / 1000).toFixed(1)
    t.diagnostic(`${leader} killed, ${await leaderOf(kubectl, role)} leads; a fill after ${seconds} s`)
  }
  await assertTrades(site)
})

type Counts = ReadonlyMap<string, number>

function assertServed(counts: Counts): void {
  const idle = serviceNames.filter((name) => (counts.get(name) ?? 0) === 0)
  assert.deepEqual(idle, [], textOf(counts))
}

const textOf = (counts: Counts): string => [...counts].map(([name, count]) => `${name} ${count}`).join(', ')

const podsOn = async (kubectl: Kubectl, node: string): Promise<readonly string[]> => {
  const selector = `--field-selector=spec.nodeName=${node}`
  const names = await kubectl.read(['get', 'pods', selector, '--output=name'])
  return names.split('\n').map((name) => name.replace('pod/', ''))
}

type Pods = Readonly<{
  items: readonly Readonly<{
    metadata: Readonly<{ labels: Readonly<Record<string, string>>; deletionTimestamp?: string }>
    status: Readonly<{ phase: string; conditions?: readonly Readonly<{ type: string; status: string }>[] }>
  }>[]
}>

/** The least number of pods of each service that run, and that are ready, while something is done. */
async function leastDuring(
  kubectl: Kubectl,
  work: () => Promise<void>,
): Promise<Readonly<{ running: Counts; ready: Counts }>> {
  const [running, ready] = [new Map<string, number>(), new Map<string, number>()]
  const state = { isDone: false }
  const done = work().finally(() => (state.isDone = true))
  while (!state.isDone) {
    const pods = (await kubectl.get<Pods>(['pods']))?.items ?? []
    for (const name of serviceNames) {
      const own = pods.filter(({ metadata }) => metadata.labels['app.kubernetes.io/name'] === name)
      const up = own.filter(({ status, metadata }) => {
        return status.phase === 'Running' && metadata.deletionTimestamp === undefined
      })
      const isReady = ({ status }: Pods['items'][number]): boolean =>
        status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true
      running.set(name, Math.min(running.get(name) ?? Infinity, up.length))
      ready.set(name, Math.min(ready.get(name) ?? Infinity, own.filter(isReady).length))
    }
    await sleep(SAMPLE_MS)
  }
  await done
  return { running, ready }
}
