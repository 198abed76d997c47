import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serviceLinkChecks } from '../../../../src/adapters/kubernetes/checks/service-links.ts'
import { deploymentText, messagesOf, problemsOf, serviceText } from '../check-run.ts'

const container = 'env: [{ name: REDIS_CACHE_HOST, value: a }]'

test('W20 refuses variables of a prefix that a Service takes', () => {
  const text = deploymentText({ container }) + serviceText('redis-cache')
  assert.deepEqual(messagesOf(serviceLinkChecks, 'W20', text), [
    'it reads variables of its own beside those that Services set: REDIS_CACHE_*',
  ])
})

test('links that are off, other names and other namespaces pass W20', () => {
  const off = deploymentText({ container, pod: 'enableServiceLinks: false' }) + serviceText('redis-cache')
  const other = deploymentText({ container }) + serviceText('redis-store')
  const far = deploymentText({ container }) + serviceText('redis-cache', 'port: 80', 'far')
  for (const text of [off, other, far]) assert.deepEqual(problemsOf(serviceLinkChecks, 'W20', text), [])
})
