import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addressOf,
  discover,
  namespacesOf,
} from '../../../../src/adapters/kubernetes/checks/prometheus-discovery.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'
import { deploymentText, serviceText } from '../check-run.ts'

const ports = 'ports: [{ name: http, containerPort: 8000 }, { name: extra, containerPort: 9 }]'
const manifests = sampleManifests(
  deploymentText({ container: ports }).replace(
    'labels: { app: web }',
    "labels: { app: web }, annotations: { prometheus.io/scrape: 'true' }",
  ) +
    deploymentText({ name: 'far', namespace: 'other' }) +
    serviceText('web', 'name: http, port: 80, targetPort: http'),
)
const found = (config: Readonly<Record<string, string | Readonly<Record<string, boolean | string[]>>>>) =>
  discover(manifests, config, 'shop').map(({ labels }) => labels)

test('every port of every pod is a target of the role pod, and a container without ports is one', () => {
  const targets = found({ role: 'pod' })
  assert.deepEqual(
    targets.map((labels) => labels['__address__']),
    ['10.244.0.1:8000', '10.244.0.1:9', '10.244.0.2'],
  )
  assert.equal(targets[0]?.['__meta_kubernetes_pod_annotation_prometheus_io_scrape'], 'true')
  assert.equal(targets[0]['__meta_kubernetes_pod_annotationpresent_prometheus_io_scrape'], 'true')
  assert.equal(targets[0]['__meta_kubernetes_pod_label_app'], 'web')
  assert.equal(targets[0]['__meta_kubernetes_pod_container_port_name'], 'http')
})

test('endpoints and slices bear the Service, and bring further ports of the pods', () => {
  const [slice, more] = found({ role: 'endpointslice' })
  assert.equal(slice?.['__address__'], '10.244.0.1:8000')
  assert.equal(slice['__meta_kubernetes_service_name'], 'web')
  assert.equal(slice['__meta_kubernetes_endpointslice_port_name'], 'http')
  assert.equal(slice['__meta_kubernetes_endpointslice_port'], '8000')
  assert.equal(more?.['__address__'], '10.244.0.1:9')
  assert.equal(more['__meta_kubernetes_endpointslice_port_name'], undefined)
  assert.equal(found({ role: 'endpoints' })[0]?.['__meta_kubernetes_endpoint_port_name'], 'http')
})

test('the role service gives the address of the Service', () => {
  assert.equal(found({ role: 'service' })[0]?.['__address__'], 'web.shop.svc:80')
})

test('namespaces bound what is found', () => {
  assert.equal(found({ role: 'pod', namespaces: { own_namespace: true } }).length, 2)
  assert.equal(found({ role: 'pod', namespaces: { names: ['other'] } }).length, 1)
  assert.deepEqual(namespacesOf({ namespaces: { names: ['a'] } }), { isOwn: false, names: ['a'] })
  assert.deepEqual(found({ role: 'node' }), [])
})

test('each workload has an address of its own', () => {
  const addresses = workloadsOf(manifests).map((workload) => addressOf(manifests, workload))
  assert.equal(new Set(addresses).size, 2)
})
