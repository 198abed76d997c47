import assert from 'node:assert/strict'
import { test } from 'node:test'
import { disruptionChecks } from '../../../../src/adapters/kubernetes/checks/disruption.ts'
import { deploymentText, messagesOf, problemsOf } from '../check-run.ts'

const budgetText = (
  rule: string,
  name = 'web',
  more = ', unhealthyPodEvictionPolicy: AlwaysAllow',
): string => `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: ${name}, namespace: shop }
spec: { selector: { matchLabels: { app: web } }, ${rule}${more} }
---
`
const two = deploymentText({ spec: 'replicas: 2' })
const found = (text: string): string => messagesOf(disruptionChecks, 'X12', text).join()

test('two replicas with a budget that lets one go pass X12', () => {
  for (const rule of ['maxUnavailable: 1', 'minAvailable: 1', 'minAvailable: 50%', 'maxUnavailable: 50%']) {
    assert.equal(found(two + budgetText(rule)), '', rule)
  }
  assert.equal(found(deploymentText()), '')
})

test('X12 refuses replicas with no budget or two', () => {
  assert.match(found(two), /has no PodDisruptionBudget/)
  const twice = two + budgetText('maxUnavailable: 1') + budgetText('maxUnavailable: 1', 'again')
  assert.match(found(twice), /^2 PodDisruptionBudgets mean it/)
})

test('X12 refuses budgets that let nobody go', () => {
  for (const rule of ['minAvailable: 2', 'minAvailable: 100%', 'minAvailable: 51%', 'maxUnavailable: 0']) {
    assert.match(found(two + budgetText(rule)), /a drain never ends/, rule)
  }
  assert.match(found(deploymentText() + budgetText('maxUnavailable: 1')), /has replicas: 1/)
})

test('X12 counts from what a scaler keeps at least', () => {
  const scaler = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec: { scaleTargetRef: { kind: Deployment, name: web }, minReplicas: 2, maxReplicas: 9 }
---
`
  assert.match(found(deploymentText() + scaler + budgetText('minAvailable: 2')), /of 2 replicas lets none/)
})

test('X12 refuses a budget of nothing, of two, and one that unready pods block', () => {
  assert.match(found(budgetText('maxUnavailable: 1')), /it means 0 workloads: none/)
  const both = two + deploymentText({ name: 'api' }).replaceAll('app: api', 'app: web')
  assert.match(found(both + budgetText('maxUnavailable: 1')), /it means 2 workloads: web, api/)
  assert.match(
    found(two + budgetText('maxUnavailable: 1', 'web', '')),
    /unhealthyPodEvictionPolicy is not set/,
  )
})

test('each problem is of the object that is wrong', () => {
  assert.equal(problemsOf(disruptionChecks, 'X12', two)[0]?.object, 'Deployment shop/web')
})
