import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openContainerSite } from './container-site.ts'
import type { ContainerSite } from './container-site.ts'
import { prod, serviceNames } from './environments.ts'
import type { Kubectl } from './kubectl.ts'
import { crash } from './pod-crash.ts'
import { assertTrades, leaderOf, untilMoreFills } from './trading.ts'

const LONG = { timeoutMs: 600_000 }
/** With two processors each, enough for production while one is drained or all services roll. */
const NODES = 5
const SAMPLE_MS = 250
/** A probe that is late on a machine of few processors makes nobody wait longer than this. */
const UNREADY_MS_MAX = 5_000
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

test('while all services roll, none is without a pod that is ready (L09)', { skip }, async (t) => {
  const served = await serviceDuring(site.kubectl, async () => {
    await site.kubectl.read(['rollout', 'restart', 'deployment', ...serviceNames])
    for (const name of serviceNames) {
      await site.kubectl.read(['rollout', 'status', `deployment/${name}`], LONG)
    }
  })
  t.diagnostic(textOf(served))
  assertRunning(served)
  assertReady(served)
  await assertTrades(site)
})

test('while nodes are drained, disruption budgets leave each service a pod (L09)', { skip }, async (t) => {
  for (const name of site.nodes) {
    const here = await podsOn(site.kubectl, name)
    const served = await serviceDuring(site.kubectl, async () => {
      await site.kubectl.read(['drain', name, '--delete-emptydir-data', '--timeout=580s'], LONG)
    })
    t.diagnostic(`${name} drained: ${textOf(served)}`)
    assertRunning(served)
    // Without the database or the wire a service is not ready, wherever it runs.
    if (!here.some((pod) => SERVERS.includes(pod))) assertReady(served)
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

/** Of each service: the least number of pods that ran, and the longest time without one that was ready. */
type Served = ReadonlyMap<string, Readonly<{ running: number; unreadyMs: number }>>

function assertRunning(served: Served): void {
  const idle = [...served].filter(([, { running }]) => running === 0)
  assert.deepEqual(idle, [])
}

function assertReady(served: Served): void {
  const unready = [...served].filter(([, { unreadyMs }]) => unreadyMs > UNREADY_MS_MAX)
  assert.deepEqual(unready, [])
}

const textOf = (served: Served): string =>
  [...served]
    .map(([name, { running, unreadyMs }]) => `${name} ${running} at least, ${unreadyMs} ms unready`)
    .join(', ')

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

/** Looks at the pods again and again while something is done. */
async function serviceDuring(kubectl: Kubectl, work: () => Promise<void>): Promise<Served> {
  const served = new Map(serviceNames.map((name) => [name as string, { running: Infinity, unreadyMs: 0 }]))
  const readyAtMs = new Map(serviceNames.map((name) => [name as string, Date.now()]))
  const state = { isDone: false }
  const done = work().finally(() => (state.isDone = true))
  while (!state.isDone) {
    const pods = (await kubectl.get<Pods>(['pods']))?.items ?? []
    for (const [name, { running, unreadyMs }] of served) {
      const own = pods.filter(({ metadata }) => metadata.labels['app.kubernetes.io/name'] === name)
      if (own.some(isReady)) readyAtMs.set(name, Date.now())
      served.set(name, {
        running: Math.min(running, own.filter(isRunning).length),
        unreadyMs: Math.max(unreadyMs, Date.now() - (readyAtMs.get(name) ?? 0)),
      })
    }
    await sleep(SAMPLE_MS)
  }
  await done
  return served
}

const isRunning = ({ status, metadata }: Pods['items'][number]): boolean =>
  status.phase === 'Running' && metadata.deletionTimestamp === undefined

const isReady = ({ status }: Pods['items'][number]): boolean =>
  status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true
