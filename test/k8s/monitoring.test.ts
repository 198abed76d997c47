import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse, stringify } from 'yaml'
import { listAt, numberAt, recordAt, textAt } from '../../src/adapters/kubernetes/value.ts'
import type { Value } from '../../src/adapters/kubernetes/value.ts'
import { healthPorts } from '../../src/cli/service-process.ts'
import { roles } from '../../src/engine/lease.ts'
import { root } from '../tidy/repository.ts'
import { monitoring, pathsIn, readYaml, ruleGroups, rulesFolder, ruleTestsFolder } from './alert-rules.ts'
import { build, configIn, environments, workloadIn } from './build.ts'

/** Runs a tool; throws with all that it says when it is not content. */
function check(tool: 'promtool' | 'amtool', args: readonly string[]): string {
  try {
    return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { code, stdout, stderr } = error as Readonly<{ code?: string; stdout?: string; stderr?: string }>
    if (code === 'ENOENT')
      throw new Error(`${tool} is missing: apt-get install prometheus prometheus-alertmanager`, {
        cause: error,
      })
    throw new Error(`${tool} ${args[0] ?? ''}: ${stdout ?? ''}${stderr ?? ''}`, { cause: error })
  }
}

const groups = ruleGroups()
const alerts = groups.flatMap(({ rules }) => rules)
const alertNames = alerts.map(({ alert }) => alert)

test('the rules hold, and fire when their unit tests say', () => {
  check('promtool', ['check', 'rules', ...pathsIn(rulesFolder)])
  check('promtool', ['test', 'rules', ...pathsIn(ruleTestsFolder)])
})

test('promtool sees a rule that does not hold', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-rules-'))
  try {
    const path = join(folder, 'broken.yml')
    writeFileSync(path, stringify({ groups: [{ name: 'g', rules: [{ alert: 'A', expr: 'sum by (' }] }] }))
    assert.throws(() => check('promtool', ['check', 'rules', path]), /parse error/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

type RuleTests = Readonly<{
  tests: readonly Readonly<{
    alert_rule_test: readonly Readonly<{ alertname: string; exp_alerts: readonly unknown[] }>[]
  }>[]
}>

test('every alert is tested to fire, and to be silent', () => {
  const tested = pathsIn(ruleTestsFolder)
    .flatMap((path) => (readYaml(path) as RuleTests).tests)
    .flatMap((each) => each.alert_rule_test)
  const fired = tested.filter((each) => each.exp_alerts.length > 0).map(({ alertname }) => alertname)
  assert.deepEqual([...new Set(fired)].sort(), [...alertNames].sort())
  const silent = new Set(
    tested.filter((each) => each.exp_alerts.length === 0).map(({ alertname }) => alertname),
  )
  assert.deepEqual(
    alertNames.filter((name) => !silent.has(name)),
    ['Watchdog'],
  )
})

test('every alert says how grave it is, what it means and where to read on', () => {
  const runbook = readFileSync(join(root, 'docs/operating/alerts.md'), 'utf8')
  const chapters = [...runbook.matchAll(/^### (\w+)$/gm)].map((match) => match[1] ?? '')
  assert.deepEqual([...chapters].sort(), [...alertNames].sort())
  for (const { alert, labels, annotations } of alerts) {
    assert.match(labels['severity'] ?? '', /^(?:critical|warning|none)$/, alert)
    assert(
      (annotations['summary'] ?? '').length > 10 && (annotations['description'] ?? '').length > 10,
      alert,
    )
    assert.equal(annotations['runbook'], `docs/operating/alerts.md#${alert.toLowerCase()}`)
  }
})

/** Debian builds Prometheus without Kubernetes; there the rest of the file is checked. */
function checkConfig(path: string): void {
  try {
    check('promtool', ['check', 'config', path])
  } catch (error) {
    if (!/field kubernetes_sd_configs not found/.test(String(error))) throw error
    const folder = mkdtempSync(join(tmpdir(), 'cdb-prometheus-'))
    try {
      const reduced = join(folder, 'prometheus.yml')
      writeFileSync(reduced, withoutKubernetes(readFileSync(path, 'utf8')))
      check('promtool', ['check', 'config', reduced])
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

type Scrapes = { scrape_configs: Record<string, unknown>[] }

function withoutKubernetes(text: string): string {
  const config = parse(text) as Scrapes
  for (const scrape of config.scrape_configs) delete scrape['kubernetes_sd_configs']
  return stringify(config)
}

test('Prometheus understands its configuration, in the cluster and in compose', () => {
  checkConfig(join(monitoring, 'prometheus/prometheus.yml'))
  checkConfig(join(root, 'deploy/compose/prometheus.yml'))
})

test('Alertmanager understands its configuration, and knows where an alert goes', () => {
  const path = join(monitoring, 'alertmanager/alertmanager.yml')
  check('amtool', ['check-config', path])
  for (const { alert, labels } of alerts) {
    const severity = labels['severity'] ?? ''
    const args = [
      'config',
      'routes',
      'test',
      `--config.file=${path}`,
      `alertname=${alert}`,
      `severity=${severity}`,
    ]
    assert.equal(check('amtool', args).trim(), 'screen')
  }
})

test('alerts that silence others, and those that they silence, exist', () => {
  const config = readYaml(join(monitoring, 'alertmanager/alertmanager.yml')) as Value
  const matchers = listAt(config, 'inhibit_rules').flatMap((rule) => [
    ...listAt(rule, 'source_matchers'),
    ...listAt(rule, 'target_matchers'),
  ])
  const named = matchers.flatMap((matcher) => {
    assert(typeof matcher === 'string')
    return /^alertname=~?"(.+)"$/.exec(matcher)?.[1]?.split('|') ?? []
  })
  assert.equal(named.length, 7)
  for (const name of named) assert(alertNames.includes(name), name)
})

for (const environment of environments) {
  const folder = `overlays/${environment}`

  test(`${environment}: Prometheus is shown port http of the five services, and nothing else of the namespace`, () => {
    const config = parse(configIn(folder, 'prometheus-config')['prometheus.yml'] ?? '') as Value
    const [job] = listAt(config, 'scrape_configs')
    assert.equal(textAt(job, 'kubernetes_sd_configs', 0, 'role'), 'endpointslice')
    assert.deepEqual(recordAt(job, 'kubernetes_sd_configs', 0, 'namespaces'), { own_namespace: true })
    const keep = new RegExp(`^(?:${textAt(job, 'relabel_configs', 0, 'regex') ?? ''})$`)
    const found = build(folder)
      .filter(({ kind }) => kind === 'Service')
      .flatMap(({ name, value }) =>
        listAt(value, 'spec', 'ports')
          .filter((port) => keep.test(`${name};${textAt(port, 'name') ?? ''}`))
          .map((port) => `${name}:${numberAt(port, 'port') ?? 0}`),
      )
    assert.deepEqual(found.sort(), roles.map((role) => `cdb-${role}:${healthPorts[role]}`).sort())
  })

  test(`${environment}: Prometheus alone has a token, for its own namespace`, () => {
    const withToken = build(folder)
      .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
      .filter(
        ({ value }) => recordAt(value, 'spec', 'template', 'spec')['automountServiceAccountToken'] !== false,
      )
    assert.deepEqual(
      withToken.map(({ name }) => name),
      ['prometheus'],
    )
    const binding = build(folder).find(({ kind, name }) => kind === 'RoleBinding' && name === 'prometheus')
    assert.equal(textAt(binding?.value, 'subjects', 0, 'namespace'), binding?.namespace)
    assert.equal(textAt(binding?.value, 'roleRef', 'kind'), 'Role')
  })

  test(`${environment}: files are mounted where the programs look for them`, () => {
    const mounts = (name: string, container: string): readonly string[] => {
      const found = workloadIn(folder, name).containers.find((each) => each.name === container)
      return listAt(found?.value, 'volumeMounts').map((mount) => textAt(mount, 'mountPath') ?? '')
    }
    const prometheus = parse(configIn(folder, 'prometheus-config')['prometheus.yml'] ?? '') as Value
    const pattern = textAt(prometheus, 'rule_files', 0) ?? ''
    assert(mounts('prometheus', 'prometheus').includes(pattern.replace('/*.yml', '')))
    const provider = parse(configIn(folder, 'grafana-dashboards-provider')['dashboards.yml'] ?? '') as Value
    assert(mounts('grafana', 'grafana').includes(textAt(provider, 'providers', 0, 'options', 'path') ?? ''))
    // A mount within a mount that cannot be written would need its folder to be there.
    for (const paths of [mounts('prometheus', 'prometheus'), mounts('grafana', 'grafana')]) {
      const nested = paths.filter((path) => paths.some((other) => path.startsWith(`${other}/`)))
      assert.deepEqual(nested, [])
    }
  })
}

test('the rules of the component for the Prometheus Operator are the same', () => {
  const path = join(root, 'k8s/components/service-monitors/rules.yaml')
  const metadata = {
    name: 'claire-de-binare',
    labels: {
      'app.kubernetes.io/name': 'service-monitors',
      'app.kubernetes.io/part-of': 'claire-de-binare',
      'app.kubernetes.io/component': 'monitoring',
      'app.kubernetes.io/managed-by': 'kustomize',
    },
  }
  // What watches our own Prometheus is not the operator's business.
  const spec = { groups: groups.filter(({ name }) => name !== 'monitoring') }
  const head =
    '# Written from base/infrastructure/monitoring/rules: CDB_UPDATE_GOLDEN=1 npm test -- test/k8s\n'
  const rule = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata, spec }
  const text = `${head}${stringify(rule, { lineWidth: 0, singleQuote: true })}`
  if (process.env['CDB_UPDATE_GOLDEN'] === '1') writeFileSync(path, text)
  assert.deepEqual(readYaml(path), parse(text), 'run: CDB_UPDATE_GOLDEN=1 npm test -- test/k8s')
})
