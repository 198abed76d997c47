import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { stringify } from 'yaml'
import { openContainerSite } from './container-site.ts'
import type { ContainerSite } from './container-site.ts'
import { dev, manifestsFolder, serviceNames } from './environments.ts'
import { readFlowMatrix } from './flow-matrix.ts'
import { reachedFrom } from './flow-probe.ts'
import { idlePod, idlesFor, nameOfIdle } from './idle-pod.ts'
import { findingsOf } from './live.ts'
import { crash } from './pod-crash.ts'
import { fetchFrom } from './port-forward.ts'
import { ask, assertHoldsRows, assertTrades, leaderOf, untilMoreFills } from './trading.ts'
import { until } from './until.ts'
import { podsOf, untilRolledOut } from './workloads.ts'

const ROLLOUT_SECONDS_MAX = 420
const TAKEOVER_SECONDS_MAX = 120
const ALERT_SECONDS_MAX = 420
const WISH_SECONDS_MAX = 420
/** So that a minute is enough for the index to swing. */
const RSI_PARAMS = 'candle=1s,length=2,oversold=45,recovered=55'
const LONG = { timeoutMs: 600_000 }
const FILLS = 5
/** What runs all the time, two that come and go, and one that no flow is of; Grafana, where it is. */
const COMPONENTS_MIN = 13
/** With two processors each, enough for what development requests. */
const NODES = 3
const TARGETS = ['alertmanager', ...serviceNames, 'prometheus']

const given = process.env['KUBECONFIG'] ?? ''
const READ_ONLY = 'it changes the cluster of KUBECONFIG; --may-change lets it'
const skip = given !== '' && process.env['CDB_MAY_CHANGE'] !== '1' && READ_ONLY
const skipOnGiven = given !== '' && 'it breaks nodes, and those of KUBECONFIG may be in use'

let site: ContainerSite

before(async () => {
  if (skip === false) site = await openContainerSite(dev, { given, nodes: NODES })
})

after(async () => {
  if (skip === false) await site.close()
})

test('the quickstart leads from nothing to orders that are filled (L03)', { skip }, async () => {
  const { kubectl } = site
  const headings = ['3. Once for the cluster', '4. Namespace and Secrets', '5. Deploy']
  const printed = await site.checkout.follow('QUICKSTART.md', headings)
  assert.match(printed, /deployed dev to cdb-trading-dev/)
  await untilMoreFills(kubectl, FILLS)
  const looked = await site.checkout.follow('QUICKSTART.md', ['6. Look at it'])
  assert.equal(looked.match(/^I\d+ +ok /gm)?.length, 18)
})

test('Prometheus has every target, and the live audit is green (L03, L12)', { skip }, async () => {
  const page = { port: 9090, path: '/api/v1/targets?state=active' }
  const { data } = (await fetchFrom(site.kubectl, 'prometheus-0', page)) as Targets
  const jobs = data.activeTargets.map(({ labels, health }) => `${labels.job} ${health}`).toSorted()
  assert.deepEqual(
    jobs,
    TARGETS.map((job) => `${job} up`),
  )
  const found = await findingsOf(site.kubectl, site.checkout.manifests, 'dev')
  assert.deepEqual(found, { ...found, L01: [], L03: [] })
})

test('the kill switch of the quickstart stops it, and it goes on afterwards', { skip }, async () => {
  await site.checkout.follow('QUICKSTART.md', ['7. Stop trading, and go on'])
  // The audit of manifests looks at those of this repository: the checkout lacks Grafana.
  await site.checkout.follow('QUICKSTART.md', ['8. Does it stand?'], (text) =>
    text.replace('audit k8s k8s', `audit k8s ${manifestsFolder}`),
  )
  await assertTrades(site)
})

test('who can reach whom is what the table of flows says (L08)', { skip }, async () => {
  const { kubectl, apiHost, image } = site
  const idles = idlesFor(dev.namespace)
  for (const idle of idles) {
    const manifest = stringify(idlePod({ ...idle, image }))
    await kubectl.read(['apply', '--namespace', idle.namespace, '--filename=-'], { input: manifest })
  }
  for (const { component, namespace } of idles) {
    const pod = `pod/${nameOfIdle(component)}`
    await kubectl.read(
      ['wait', pod, '--for=condition=Ready', '--timeout=300s', '--namespace', namespace],
      LONG,
    )
  }
  const { podOf, targetsOf, allowed } = await readFlowMatrix(kubectl, apiHost)
  assert.ok(podOf.size >= COMPONENTS_MIN, [...podOf.keys()].join(', '))
  const sources = [
    ...[...podOf].map(([component, pod]) => ({ component, pod, namespace: dev.namespace })),
    { component: 'of-another-namespace', pod: nameOfIdle('cdb-risk'), namespace: 'default' },
  ]
  for (const { component, ...source } of sources) {
    const reached = await reachedFrom(kubectl, source, { image, targets: targetsOf(component) })
    // Its own namespace has no policies, so that it may ask the cluster; ours let nobody in.
    const inside = reached.filter(
      (name) => source.namespace === dev.namespace || !/^(?:dns|kube-api):/.test(name),
    )
    assert.deepEqual(inside, allowed(component), `from ${component}`)
  }
  for (const { component, namespace } of idles) {
    await kubectl.read(['delete', 'pod', nameOfIdle(component), '--namespace', namespace])
  }
})

test('every container may be killed at any instant (L09)', { skip: skip || skipOnGiven }, async (t) => {
  const { kubectl } = site
  for (const name of (await podsOf(kubectl, dev.namespace)).keys()) {
    await crash(kubectl, name)
    await untilRolledOut(kubectl, dev.namespace, ROLLOUT_SECONDS_MAX)
    t.diagnostic(`${name} killed, ${await untilMoreFills(kubectl, 1)} fills`)
  }
  await assertTrades(site)
})

test('every pod may be deleted at once (L09)', { skip }, async () => {
  const { kubectl } = site
  await kubectl.read(['delete', 'pods', '--all', '--force', '--grace-period=0'])
  await assertTrades(site)
})

test('of two of each service the other leads when the leader is gone (L09)', { skip }, async (t) => {
  const { kubectl } = site
  await scale('deployment', 2)
  await untilRolledOut(kubectl, dev.namespace, ROLLOUT_SECONDS_MAX)
  await assertTrades(site)
  const leader = await leaderOf(kubectl, 'risk')
  const startMs = Date.now()
  await kubectl.read(['delete', 'pod', leader, '--force', '--grace-period=0'])
  const next = await until('another one leads', TAKEOVER_SECONDS_MAX, async () => {
    const name = await leaderOf(kubectl, 'risk')
    return name === leader ? null : name
  })
  t.diagnostic(
    `${leader} of two deleted, ${next} leads ${((Date.now() - startMs) / 1000).toFixed(1)} s later`,
  )
  await assertTrades(site)
  await scale('deployment', 1)
})

test('every node may be drained (L09)', { skip: skip || skipOnGiven }, async () => {
  for (const name of site.nodes) {
    await site.kubectl.read(['drain', name, '--delete-emptydir-data', '--timeout=580s'], LONG)
    await assertTrades(site)
    await site.kubectl.read(['uncordon', name])
  }
})

test('Redis may be lost with its volume (L10)', { skip }, async () => {
  await site.checkout.follow('DISASTER_RECOVERY.md', ['Redis is lost'])
  await assertTrades(site)
})

test('passwords are rotated as the guide says, and old ones count no more (L11)', { skip }, async () => {
  const { kubectl } = site
  const before = await passwordOf('database-password-risk')
  const headings = ['Rotation', 'Roles of the database', 'Users of Redis', 'Administrator and backup']
  await site.checkout.follow('SECRETS_GUIDE.md', headings)
  await kubectl.read(['rollout', 'restart', 'deployment'])
  await assertTrades(site)
  const after = await passwordOf('database-password-risk')
  assert.notEqual(after, before)
  assert.deepEqual([await logIn('cdb_risk', before), await logIn('cdb_risk', after)], [false, true])
})

test('a fault fires its alert, and its end ends it (L12)', { skip }, async () => {
  const { kubectl } = site
  await kubectl.read(['scale', 'statefulset', 'cdb-venue', '--replicas=0'])
  await untilAlert('MarketDataOld', true)
  await kubectl.read(['scale', 'statefulset', 'cdb-venue', '--replicas=1'])
  await untilAlert('MarketDataOld', false)
  await assertTrades(site)
})

test('the drill of disaster recovery restores a backup, row by row (L10)', { skip }, async (t) => {
  const printed = await site.checkout.follow('DISASTER_RECOVERY.md', ['Drill'])
  t.diagnostic(/restored and trading again after \d+ seconds/.exec(printed)?.[0] ?? assert.fail(printed))
  const before = /cdb_before_\d+/.exec(printed)?.[0] ?? assert.fail(printed)
  await assertHoldsRows(site.kubectl, before)
  await assertTrades(site)
})

test('a strategy of its own file trades, on a new pair of database and venue', { skip }, async () => {
  const { kubectl, checkout } = site
  checkout.useStrategy(join(manifestsFolder, '..', 'examples', 'rsi-bounce.ts'), RSI_PARAMS)
  await checkout.follow('DISASTER_RECOVERY.md', ['The simulated venue is lost'])
  const signals = "select count(*) from event_log where payload like '%rsi-bounce%'"
  await until('the strategy wishes', WISH_SECONDS_MAX, async () =>
    Number(await ask(kubectl, signals)) > 0 ? true : null,
  )
  await assertTrades(site)
})

test('cleaned up, only volumes, Secrets and the namespace are left', { skip }, async () => {
  const { kubectl } = site
  await site.checkout.follow('QUICKSTART.md', ['9. Away with it'], (text) =>
    text.replace('kill $forward', ':'),
  )
  // Pods end a while after what they are of.
  await until('nothing runs any more', ROLLOUT_SECONDS_MAX, async () =>
    (await kubectl.read(['get', 'all', '--output=name'])) === '' ? true : null,
  )
  const kept = await kubectl.read(['get', 'secrets,persistentvolumeclaims', '--output=name'])
  assert.match(kept, /secret\/cdb-secrets/)
  assert.match(kept, /persistentvolumeclaim\/data-postgresql-0/)
})

async function scale(kind: string, replicas: number): Promise<void> {
  await site.kubectl.read(['scale', kind, '--all', `--replicas=${replicas}`])
}

async function passwordOf(key: string): Promise<string> {
  const template = `go-template={{index .data "${key}" | base64decode}}`
  return site.kubectl.read(['get', 'secret', 'cdb-secrets', `--output=${template}`])
}

/** Whether the database takes a password over the network. */
async function logIn(role: string, password: string): Promise<boolean> {
  const ask = `psql --host=127.0.0.1 --username=${role} --dbname=cdb --command='select 1'`
  const { code } = await site.kubectl.run([
    ...['exec', 'postgresql-0', '--', 'sh', '-c', `PGPASSWORD=${password} exec ${ask}`],
  ])
  return code === 0
}

type Targets = Readonly<{
  data: Readonly<{
    activeTargets: readonly Readonly<{ labels: Readonly<{ job: string }>; health: string }>[]
  }>
}>

type Alerts = readonly Readonly<{ labels: Readonly<{ alertname: string }> }>[]

/** Waits until Alertmanager has an alert, or has it no more. */
async function untilAlert(name: string, isWanted: boolean): Promise<void> {
  const page = { port: 9093, path: '/api/v2/alerts?active=true' }
  await until(`the alert ${name} ${isWanted ? 'fires' : 'is over'}`, ALERT_SECONDS_MAX, async () => {
    const alerts = (await fetchFrom(site.kubectl, 'alertmanager-0', page)) as Alerts
    return alerts.some(({ labels }) => labels.alertname === name) === isWanted ? true : null
  })
}
