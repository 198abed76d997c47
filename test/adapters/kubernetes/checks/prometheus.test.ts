import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prometheusChecks } from '../../../../src/adapters/kubernetes/checks/prometheus.ts'
import { sampleInput } from '../audit-sample.ts'
import { messagesOf, serviceText } from '../check-run.ts'
import { prometheusText, sliceJob, webText } from '../monitoring-sample.ts'

const found = (text: string): readonly string[] =>
  messagesOf(prometheusChecks, 'X20', sampleInput(text, { settings: { services: ['web'] } }))

test('a service that is found, may be found and may be reached passes', () => {
  assert.deepEqual(found(webText + prometheusText(sliceJob)), [])
})

test('a service that no job keeps is told', () => {
  assert.deepEqual(found(webText + prometheusText(sliceJob.replace('web;http', 'mail;http'))), [
    'is scraped by no Prometheus',
  ])
  assert.deepEqual(found(webText), ['is scraped by no Prometheus'])
})

test('a replacement with a group too many spoils the address', () => {
  const config = `scrape_configs:
  - job_name: pods
    kubernetes_sd_configs: [{ role: pod, namespaces: { own_namespace: true } }]
    relabel_configs:
      - { source_labels: [__meta_kubernetes_pod_label_app], regex: web, action: keep }
      - source_labels: [__meta_kubernetes_pod_container_port_number]
        regex: (\\d+)
        replacement: \${1}:\${2}
        target_label: __address__
`
  assert.deepEqual(found(webText + prometheusText(config)), [
    'job pods: the rules make 8000:, which is no host and port of the environment',
    'is scraped by no Prometheus',
  ])
})

test('two Services over the same pods give two targets', () => {
  const twin = serviceText('web', 'name: http, port: 80, targetPort: http').replace(
    'name: web,',
    'name: web-headless,',
  )
  const config = sliceJob.replace('web;http', 'web.*;http')
  assert.deepEqual(found(webText + twin + prometheusText(config)), ['web at 8000/metrics is scraped 2 times'])
})

test('discovery needs an account, a token and the rights', () => {
  const whole = prometheusText(sliceJob.replace(', namespaces: { own_namespace: true }', ''))
  assert.deepEqual(found(webText + whole), [
    'prometheus may not get, list and watch services in every namespace, which discovery reads',
    'prometheus may not get, list and watch pods in every namespace, which discovery reads',
    'prometheus may not get, list and watch endpointslices in every namespace, which discovery reads',
  ])
  const bare = prometheusText(sliceJob).replace(
    'serviceAccountName: prometheus',
    'serviceAccountName: other\n      automountServiceAccountToken: false',
  )
  const [account, token, ...rights] = found(webText + bare)
  assert.equal(account, 'its ServiceAccount other is not there')
  assert.equal(token, 'discovery needs a token, and none is mounted')
  assert.equal(rights.length, 3)
})

test('a policy that closes the way is told', () => {
  const deny = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: deny, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress] }
---
`
  assert.deepEqual(found(webText + deny + prometheusText(sliceJob)), [
    'job web: policies close port 8000 of web',
  ])
})

test('a ServiceMonitor stands for a job when its labels and port are those of a Service', () => {
  const monitor = (label: string, port: string): string => `
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: web, namespace: shop }
spec: { selector: { matchLabels: { app: ${label} } }, endpoints: [{ port: ${port} }] }
---
`
  const labeled = webText.replace(
    'kind: Service\nmetadata: { name: web, namespace: shop }',
    'kind: Service\nmetadata: { name: web, namespace: shop, labels: { app: web } }',
  )
  assert.deepEqual(found(labeled + monitor('web', 'http')), [])
  assert.deepEqual(found(labeled + monitor('web', 'metrics')), [
    'selects nothing: no Service with app=web has pods and a port named metrics',
    'is scraped by no Prometheus',
  ])
})
