import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configValueChecks } from '../../../../src/adapters/kubernetes/checks/config-values.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf, serviceText } from '../check-run.ts'

const config = (data: string, namespace = 'shop'): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: config, namespace: ${namespace} }
data: ${data}
---
`
const hosts = (text: string): readonly string[] => messagesOf(configValueChecks, 'X14', text)

test('a host that is a Service of the environment, with its port, passes', () => {
  assert.deepEqual(hosts(config('{ DB_URL: "postgres://a@web:80/x" }') + serviceText('web')), [])
  assert.deepEqual(hosts(config('{ URL: "https://api.example.com" }')), [])
})

test('a host behind a prefix is not found, and the near one is named', () => {
  assert.deepEqual(hosts(config('{ REDIS_HOST: redis }') + serviceText('dev-redis')), [
    'REDIS_HOST names redis, but no Service shop/redis is deployed; there is dev-redis',
  ])
})

test('a port that the Service does not have is told', () => {
  assert.deepEqual(hosts(config('{ URL: "http://web:81" }') + serviceText('web')), [
    'URL names web:81, but Service web has port 80',
  ])
})

test('arguments and variables of containers are looked at too', () => {
  assert.deepEqual(hosts(deploymentText({ container: "args: ['--venue-url=http://gone']" })), [
    'args names gone, but no Service shop/gone is deployed',
  ])
})

test('namespaces of another environment are told wherever they stand', () => {
  const prometheus = "'scrape_configs: [{ kubernetes_sd_configs: [{ namespaces: { names: [shop-dev] } }] }]'"
  const policy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p, namespace: shop }
spec:
  ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: shop-dev } } }] }]
---
`
  const text = config(`{ A_HOST: web.shop-dev.svc, prometheus.yml: ${prometheus} }`) + policy
  const builds = [
    sampleBuild(text),
    sampleBuild(serviceText('web', 'port: 80', 'shop-dev'), { path: 'overlays/dev', environment: 'dev' }),
  ]
  assert.deepEqual(messagesOf(configValueChecks, 'X14', sampleInput('', { builds })), [
    'A_HOST names web.shop-dev.svc, in namespace shop-dev, which belongs to another environment',
    'prometheus.yml looks for targets in namespace shop-dev, which belongs to another environment',
    'a namespaceSelector asks for pods in namespace shop-dev, which belongs to another environment',
  ])
})
