import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { roles } from '../../src/engine/lease.ts'
import { metricsIn, monitoring, pathsIn, readYaml, ruleGroups, rulesFolder } from './alert-rules.ts'
import { startPrometheus, targetOf } from './prometheus-server.ts'
import type { PrometheusServer } from './prometheus-server.ts'

type Datasource = Readonly<{ type: string; uid: string }>
type Panel = Readonly<{
  id: number
  title: string
  description: string
  datasource: Datasource
  gridPos: Readonly<{ h: number; w: number; x: number; y: number }>
  targets: readonly Readonly<{ refId: string; expr: string; legendFormat: string }>[]
}>
type Dashboard = Readonly<{
  uid: string
  title: string
  editable: boolean
  panels: readonly Panel[]
  annotations: Readonly<{ list: readonly Readonly<{ datasource: Datasource; expr: string }>[] }>
}>

const dashboards = pathsIn(join(monitoring, 'dashboards')).map((path) => ({
  name: basename(path),
  dashboard: JSON.parse(readFileSync(path, 'utf8')) as Dashboard,
}))

test('the kustomization has every dashboard and every file of rules', () => {
  type Generator = Readonly<{ name: string; files: readonly string[] }>
  const { configMapGenerator } = readYaml(join(monitoring, 'kustomization.yaml')) as Readonly<{
    configMapGenerator: readonly Generator[]
  }>
  for (const [name, folder] of [
    ['grafana-dashboards', 'dashboards'],
    ['prometheus-rules', 'rules'],
  ] as const) {
    const files = configMapGenerator.find((generator) => generator.name === name)?.files ?? []
    assert.deepEqual(
      [...files].sort(),
      pathsIn(join(monitoring, folder)).map((path) => `${folder}/${basename(path)}`),
    )
  }
})

test('dashboards and panels have names of their own, and no panel lies on another', () => {
  const uids = dashboards.map(({ dashboard }) => dashboard.uid)
  assert.equal(new Set(uids).size, dashboards.length)
  for (const { name, dashboard } of dashboards) {
    assert.equal(dashboard.editable, false, name)
    const { panels } = dashboard
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, name)
    assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length, name)
    const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    )
    assert.equal(new Set(cells).size, cells.length, name)
    assert(
      panels.every(({ gridPos: { w, x } }) => x + w <= 24) &&
        panels.every((panel) => panel.description !== ''),
    )
  }
})

test('every panel asks the data source that is provisioned', () => {
  type Sources = Readonly<{ datasources: readonly Datasource[] }>
  const { datasources } = readYaml(join(monitoring, 'grafana/datasources.yml')) as Sources
  const known = datasources.map(({ type, uid }) => ({ type, uid }))
  for (const { name, dashboard } of dashboards)
    for (const { datasource } of [...dashboard.panels, ...dashboard.annotations.list])
      assert.deepEqual([datasource], known, name)
})

/** A query as Grafana sends it. */
const sent = (expr: string): string => expr.replaceAll('$__rate_interval', '1m')

const queries = dashboards.flatMap(({ name, dashboard }) => [
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, refId }) => ({ of: `${name}: ${title}, ${refId}`, expr })),
  ),
  ...dashboard.annotations.list.map(({ expr }) => ({ of: `${name}: annotation`, expr })),
])

/** What this server does not have: Alertmanager's own, and what Debian's Prometheus is too old for. */
const ABSENT = ['alertmanager_notifications_failed_total', 'prometheus_tsdb_wal_storage_size_bytes']

suite('with a Prometheus that reads the metrics of the code', () => {
  let server: PrometheusServer
  let names: ReadonlySet<string>

  before(async () => {
    const targets = roles.map(targetOf)
    for (const { registry } of targets) {
      registry.set('lease_held', 1)
      registry.observe('commit_seconds', 3)
      registry.observe('order_seconds', 40)
      registry.observe('market_publish_seconds', 1)
    }
    server = await startPrometheus(pathsIn(rulesFolder), targets)
    names = await namesOf(server, roles.length)
  })
  after(() => server.stop())

  test('every metric of a rule or a panel is one that a process has', () => {
    const exprs = [...ruleGroups().flatMap(({ rules }) => rules), ...queries].map(({ expr }) => expr)
    const used = new Set(exprs.flatMap(metricsIn))
    assert(used.size > 25)
    // A process that has not collected garbage yet has no such histogram.
    const missing = [...used].filter(
      (name) => !names.has(name) && !ABSENT.includes(name) && !name.startsWith('nodejs_gc_'),
    )
    assert.deepEqual(missing, [])
  })

  test('every query of a panel has an answer', async () => {
    const silent: string[] = []
    for (const { of, expr } of queries) {
      const answer = await ask(server, sent(expr))
      if (answer.length === 0) silent.push(of)
    }
    // No alert fires, and garbage may not have been collected yet.
    const expected = /: annotation$|^processes\.json: Collection of garbage/
    assert.deepEqual(
      silent.filter((of) => !expected.test(of)),
      [],
    )
  })

  test('every rule is evaluated', async () => {
    type Rules = Readonly<{
      data: Readonly<{
        groups: readonly Readonly<{ rules: readonly Readonly<{ name: string; health: string }>[] }>[]
      }>
    }>
    const expected = ruleGroups().flatMap(({ rules }) => rules).length
    for (let round = 0; round < 100; round++) {
      const { data } = (await server.get('/api/v1/rules')) as Rules
      const rules = data.groups.flatMap((group) => group.rules)
      assert.equal(rules.length, expected)
      if (rules.every(({ health }) => health === 'ok')) return
      await sleep(100)
    }
    assert.fail('a rule was not evaluated within 10 s')
  })
})

async function ask(server: PrometheusServer, query: string): Promise<readonly unknown[]> {
  type Answer = Readonly<{ data: Readonly<{ result: readonly unknown[] }> }>
  const answer = (await server.get(`/api/v1/query?query=${encodeURIComponent(query)}`)) as Answer
  return answer.data.result
}

/** Names of metrics, once each target and the server itself were read twice. */
async function namesOf(server: PrometheusServer, targets: number): Promise<ReadonlySet<string>> {
  for (let round = 0; round < 200; round++) {
    const read = await ask(server, 'count_over_time(up[1m]) >= 2')
    if (read.length === targets + 1) {
      type Names = Readonly<{ data: readonly string[] }>
      return new Set(((await server.get('/api/v1/label/__name__/values')) as Names).data)
    }
    await sleep(100)
  }
  throw new Error('the targets were not read within 20 s')
}
