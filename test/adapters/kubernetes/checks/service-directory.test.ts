import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isSameNamespace,
  placeOf,
  podPortOf,
  podPortsOf,
  servicesOf,
} from '../../../../src/adapters/kubernetes/checks/service-directory.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'
import { deploymentText, serviceText } from '../check-run.ts'

const manifests = sampleManifests(
  deploymentText({ container: 'ports: [{ name: http, containerPort: 8000 }]' }) +
    deploymentText({ name: 'mail', namespace: 'other' }) +
    serviceText('web', 'name: http, port: 80, targetPort: http'),
)

test('a Service has the pods of its namespace that its selector matches', () => {
  const [service] = servicesOf(manifests)
  assert.deepEqual(
    service?.workloads.map(({ name }) => name),
    ['web'],
  )
  assert.deepEqual(service.ports, [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }])
  assert.equal(service.isHeadless, false)
  assert.equal(servicesOf(sampleManifests(serviceText('mail')))[0]?.workloads.length, 0)
})

test('a targetPort that is not written is the port, a name is looked up at the pods', () => {
  const [web] = workloadsOf(manifests)
  assert.ok(web)
  assert.equal(servicesOf(sampleManifests(serviceText('web')))[0]?.ports[0]?.targetPort, 80)
  assert.equal(podPortOf(web, 'http'), 8000)
  assert.equal(podPortOf(web, 9), 9)
  assert.equal(podPortOf(web, 'metrics'), undefined)
  assert.deepEqual(podPortsOf(web), [{ container: 'main', name: 'http', port: 8000, protocol: 'TCP' }])
})

test('headless Services and those of another name server are known', () => {
  const [headless, external] = servicesOf(
    sampleManifests(`
apiVersion: v1
kind: Service
metadata: { name: a }
spec: { clusterIP: None }
---
apiVersion: v1
kind: Service
metadata: { name: b }
spec: { type: ExternalName, externalName: db.example.com }
`),
  )
  assert.ok(headless?.isHeadless === true && external?.isExternal === true)
})

test('no namespace is the default one', () => {
  assert.equal(placeOf(''), 'default')
  assert.ok(isSameNamespace('', 'default'))
  assert.ok(!isSameNamespace('', 'shop'))
})
