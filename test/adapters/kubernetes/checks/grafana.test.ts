import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grafanaChecks } from '../../../../src/adapters/kubernetes/checks/grafana.ts'
import { sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf } from '../check-run.ts'
import { configMapText } from '../monitoring-sample.ts'

const PASSWORD = `env: [{ name: GF_SECURITY_ADMIN_PASSWORD__FILE, value: /run/p }]`
const SECRET = (name: string): string =>
  `{ name: p, secret: { secretName: ${name}, items: [{ key: password, path: p }] } }`
const grafana = (env = PASSWORD, secret = SECRET('grafana')): string =>
  deploymentText({
    name: 'grafana',
    pod: `volumes:
        - ${secret}
        - { name: s, configMap: { name: sources } }
        - { name: b, configMap: { name: boards } }
        - { name: d, configMap: { name: providers } }`,
    container: `${env}
          volumeMounts:
            - { name: s, mountPath: /etc/grafana/provisioning/datasources }
            - { name: d, mountPath: /etc/grafana/provisioning/dashboards }
            - { name: b, mountPath: /boards }`,
  }).replace('shop/grafana:1.2.3', 'grafana/grafana:12.1.0')

const files = (uid = 'prometheus', folder = '/boards', board?: string): string =>
  configMapText('sources', { 's.yaml': `datasources: [{ name: P, uid: ${uid} }]` }) +
  configMapText('providers', { 'd.yaml': `providers: [{ options: { path: ${folder} } }]` }) +
  configMapText('boards', {
    'b.json': board ?? '{"panels": [{"datasource": {"uid": "prometheus"}, "targets": [{"expr": "up"}]}]}',
  })

const found = (text: string): readonly string[] =>
  messagesOf(grafanaChecks, 'X22', sampleInput(text, { settings: { metricNames: ['shop_total'] } }))

test('provisioned data sources, dashboards and a password of its own pass', () => {
  assert.deepEqual(found(grafana() + files()), [])
})

test('a dashboard whose data source is not provisioned is told', () => {
  assert.deepEqual(found(grafana() + files('other')), [
    'b.json asks data source prometheus, which is not provisioned',
  ])
  assert.deepEqual(found(grafana() + files("''")), [
    'data source P has no uid, so that dashboards cannot name it',
    'b.json asks data source prometheus, which is not provisioned',
  ])
})

test('a provider of another folder than the mounted one is told', () => {
  assert.deepEqual(found(grafana() + files('prometheus', '/var/boards')), [
    'a provider reads /var/boards, and nothing is mounted there',
    'the dashboards of ConfigMap boards are read by no provider',
    'shows no dashboard',
  ])
})

test('dashboards that cannot be read, and queries of what does not exist, are told', () => {
  assert.deepEqual(found(grafana() + files('prometheus', '/boards', '{"panels": [')), [
    'b.json cannot be read as JSON',
  ])
  const board = '{"panels": [{"targets": [{"expr": "rate(shop_totals[5m])"}, {"expr": "sum("}]}]}'
  assert.deepEqual(found(grafana() + files('prometheus', '/boards', board)), [
    'b.json shows shop_totals, which nothing that is scraped gives',
    'b.json: a query cannot be read: ) is missing',
  ])
})

test('no password, and one that another workload has too, are told', () => {
  assert.deepEqual(found(grafana('env: []') + files()), ['no admin password is set, so that it is admin'])
  const other = deploymentText({ pod: `volumes: [${SECRET('db')}]` })
  assert.deepEqual(found(grafana(PASSWORD, SECRET('db')) + files() + other), [
    'has its password from Secret db, which web reads too',
  ])
})
