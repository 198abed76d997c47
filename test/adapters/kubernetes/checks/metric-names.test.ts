import assert from 'node:assert/strict'
import { test } from 'node:test'
import { knownMetrics } from '../../../../src/adapters/kubernetes/checks/metric-names.ts'
import type { ValueRecord } from '../../../../src/adapters/kubernetes/value.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { prometheusText, sliceJob, webText } from '../monitoring-sample.ts'

const SELF = "scrape_configs: [{ job_name: p, static_configs: [{ targets: ['localhost:9090'] }] }]"
function known(config: string | null, settings: ValueRecord = { metricNames: ['shop_orders_total'] }) {
  const text = webText + (config === null ? '' : prometheusText(config))
  return knownMetrics(sampleInput(text, { settings }), sampleBuild(text), new Set(['job:x:rate']))
}

test('own names, recorded ones and those of Prometheus itself are known', () => {
  const isKnown = known(sliceJob)
  assert.ok(['shop_orders_total', 'job:x:rate', 'up', 'ALERTS', 'scrape_duration_seconds'].every(isKnown))
  assert.ok(isKnown('process_resident_memory_bytes'))
  assert.ok(!isKnown('shop_order_total'))
})

test('metrics of a program are known when the program is scraped', () => {
  assert.ok(known(SELF)('prometheus_tsdb_head_series'))
  assert.ok(!known(sliceJob)('prometheus_tsdb_head_series'))
  assert.ok(!known(SELF)('kube_pod_info') && !known(SELF)('redis_up'))
  assert.ok(!known(SELF)('kubelet_volume_stats_used_bytes'))
})

test('metrics of kubelets need the role node', () => {
  const nodes = 'scrape_configs: [{ job_name: n, kubernetes_sd_configs: [{ role: node }] }]'
  assert.ok(known(nodes)('container_memory_usage_bytes'))
})

test('without names in the settings, and without a server, less is unknown', () => {
  assert.ok(known(sliceJob, {})('anything'))
  assert.ok(!known(sliceJob, {})('kube_pod_info'))
  assert.ok(known(null)('kube_pod_info'))
})
