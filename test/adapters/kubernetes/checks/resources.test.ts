import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resourceChecks } from '../../../../src/adapters/kubernetes/checks/resources.ts'
import { sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf, problemsOf } from '../check-run.ts'

const withResources = (requests: string, limits: string): string =>
  deploymentText({ container: `resources: { requests: { ${requests} }, limits: { ${limits} } }` })

test('a container with all requests and limits passes W11', () => {
  const all = 'cpu: 500m, memory: 512Mi, ephemeral-storage: 64Mi'
  assert.deepEqual(problemsOf(resourceChecks, 'W11', withResources(all, all)), [])
})

test('W11 names all that is missing', () => {
  const text = withResources('cpu: 1', 'cpu: 1, memory: 1Gi')
  assert.deepEqual(messagesOf(resourceChecks, 'W11', text), [
    'container main: it has no request of memory, no request of ephemeral-storage, no limit of ephemeral-storage',
  ])
})

test('W11 refuses a request over its limit and words that are no quantity', () => {
  const text = withResources(
    'cpu: 1500m, memory: lots, ephemeral-storage: 1Mi',
    'cpu: 1, memory: 1Gi, ephemeral-storage: 1Mi',
  )
  assert.deepEqual(messagesOf(resourceChecks, 'W11', text), [
    'container main: it requests "1500m" of cpu, more than its limit of 1',
    'container main: "lots" of memory is no quantity',
  ])
})

test('settings may leave the limit of CPU away', () => {
  const rest = 'memory: 1Gi, ephemeral-storage: 1Mi'
  const text = withResources(`cpu: 1, ${rest}`, rest)
  assert.equal(problemsOf(resourceChecks, 'W11', text).length, 1)
  const input = sampleInput(text, { settings: { cpuLimits: 'optional' } })
  assert.deepEqual(problemsOf(resourceChecks, 'W11', input), [])
})
