import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertRuleChecks, recordedMetrics } from '../../../../src/adapters/kubernetes/checks/alert-rules.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { messagesOf } from '../check-run.ts'
import { configMapText, prometheusText, sliceJob } from '../monitoring-sample.ts'

const CONFIG = `rule_files: ['/etc/rules/*.yml']
alerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] }
${sliceJob}`
const MANAGER = `
apiVersion: v1
kind: Service
metadata: { name: alertmanager, namespace: shop }
spec: { selector: { app: alertmanager }, ports: [{ port: 9093 }] }
---
`
const GOOD = `groups:
  - name: web
    rules:
      - { record: 'job:orders:rate5m', expr: 'rate(shop_orders_total[5m])' }
      - alert: WebDown
        expr: up == 0 or job:orders:rate5m < 1
        labels: { severity: critical }
        annotations: { summary: It is down, description: Start it. }
`
const TESTS = 'rule_files: [a.yml]\ntests: [{ alert_rule_test: [{ alertname: WebDown }] }]'

const found = (config: string, rules: string, more = MANAGER, tests = TESTS): readonly string[] =>
  messagesOf(
    alertRuleChecks,
    'X21',
    sampleInput(prometheusText(config, rules === '' ? {} : { 'a.yml': rules }) + more, {
      settings: { metricNames: ['shop_orders_total'] },
      files: [{ path: 'tests/a.yml', text: tests }],
    }),
  )

test('rules that are loaded, tested, complete and sent somewhere pass', () => {
  assert.deepEqual(found(CONFIG, GOOD), [])
})

test('an expression that cannot be read, or asks for nothing that exists, is told', () => {
  assert.deepEqual(found(CONFIG, GOOD.replace('up == 0', 'sum(up')), [
    'a.yml: WebDown: its expression cannot be read: ) is missing',
  ])
  assert.deepEqual(found(CONFIG, GOOD.replace('shop_orders_total', 'shop_order_total')), [
    'a.yml: job:orders:rate5m asks for shop_order_total, which nothing that is scraped gives',
  ])
})

test('alerts without a label, an annotation or a test are told', () => {
  const bare = GOOD.replace('labels: { severity: critical }', 'labels: {}').replace(
    ', description: Start it.',
    '',
  )
  assert.deepEqual(found(CONFIG, bare, MANAGER, ''), [
    'a.yml: WebDown has no label severity',
    'a.yml: WebDown has no annotation description',
    'a.yml: WebDown has no unit test',
  ])
})

test('rules that nobody loads, and patterns that match no file, are told', () => {
  assert.deepEqual(found(CONFIG.replace('/etc/rules', '/etc/rule'), GOOD), [
    'a.yml: no Prometheus loads these rules',
    'rule_files names /etc/rule/*.yml, and no file is mounted there',
  ])
})

test('alerts that go nowhere, and a Prometheus without rules, are told', () => {
  assert.deepEqual(found(CONFIG, GOOD, ''), [
    'alerts go to alertmanager:9093, and no Service of the environment answers there',
  ])
  assert.deepEqual(found(`rule_files: ['/etc/rules/*.yml']\n${sliceJob}`, GOOD), [
    'its alerts go nowhere: alerting names no Alertmanager',
  ])
  assert.deepEqual(found(sliceJob, ''), ['no rules are deployed with it, so that no alert can fire'])
})

test('groups have names, and rules are alerts or records', () => {
  const twice = `${GOOD}  - { name: web, rules: [{ expr: up }] }\n`
  assert.deepEqual(found(CONFIG, twice), [
    'a.yml: two groups are named web',
    'a.yml: a rule is neither an alert nor a record, or both',
  ])
  assert.ok(found(CONFIG, 'groups: [').some((message) => message.startsWith('a.yml: cannot be read')))
})

test('a route of Alertmanager names receivers that are there', () => {
  const config = (receiver: string): string =>
    configMapText('manager', {
      'alertmanager.yml': `route: { receiver: mail, routes: [{ receiver: ${receiver} }] }\nreceivers: [{ name: mail }]`,
    })
  assert.deepEqual(found(CONFIG, GOOD, MANAGER + config('mail')), [])
  assert.deepEqual(found(CONFIG, GOOD, MANAGER + config('chat')), [
    'alertmanager.yml: a route names receiver chat, which is not there',
  ])
})

test('what rules record is known', () => {
  assert.deepEqual(
    [...recordedMetrics(sampleBuild(prometheusText(CONFIG, { 'a.yml': GOOD })))],
    ['job:orders:rate5m'],
  )
})
