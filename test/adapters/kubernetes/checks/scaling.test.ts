import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scalingChecks } from '../../../../src/adapters/kubernetes/checks/scaling.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const cpu =
  '{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } }'
const scalerText = (
  name = 'web',
  target = 'web',
  range = 'minReplicas: 2, maxReplicas: 4',
  metric = cpu,
): string => `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: ${name}, namespace: shop }
spec: { scaleTargetRef: { kind: Deployment, name: ${target} }, ${range}, metrics: [${metric}] }
---
`
const web = deploymentText({ container: 'resources: { requests: { cpu: 1 } }' })
const found = (text: string): string => messagesOf(scalingChecks, 'X13', text).join()

test('a scaler with a target that requests what it measures passes X13', () => {
  assert.equal(found(web + scalerText()), '')
})

test('X13 refuses a target that is missing, that sets replicas or that two scale', () => {
  assert.match(found(scalerText()), /its target Deployment web is not rendered/)
  const fixed = deploymentText({ spec: 'replicas: 2', container: 'resources: { requests: { cpu: 1 } }' })
  assert.match(found(fixed + scalerText()), /sets replicas: 2/)
  assert.match(
    found(web + scalerText() + scalerText('front')),
    /HorizontalPodAutoscaler shop\/front scales web too/,
  )
})

test('X13 refuses a range upside down', () => {
  assert.match(
    found(web + scalerText('web', 'web', 'minReplicas: 5, maxReplicas: 4')),
    /least replicas are 5/,
  )
})

test('X13 refuses a share of a request that is not made', () => {
  assert.match(found(deploymentText() + scalerText()), /container main of web requests none/)
  const own =
    '{ type: ContainerResource, containerResource: { name: memory, container: main, target: { type: Utilization } } }'
  assert.match(
    found(web + scalerText('web', 'web', 'maxReplicas: 4', own)),
    /measures memory, and container main/,
  )
  const other = own.replace('container: main', 'container: side')
  assert.equal(found(web + scalerText('web', 'web', 'maxReplicas: 4', other)), '')
})

test('X13 reads the triggers of KEDA', () => {
  const scaled = `
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: web, namespace: shop }
spec: { scaleTargetRef: { name: web }, triggers: [{ type: memory, metadata: {} }, { type: redis-streams }] }`
  assert.match(found(web + scaled), /measures memory/)
})
