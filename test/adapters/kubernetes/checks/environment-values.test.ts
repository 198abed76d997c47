import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditInput } from '../../../../src/adapters/kubernetes/check.ts'
import { environmentValueChecks } from '../../../../src/adapters/kubernetes/checks/environment-values.ts'
import type { ValueRecord } from '../../../../src/adapters/kubernetes/value.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const level = (value: string): string => `env: [{ name: LOG_LEVEL, value: ${value} }]`
const input = (prod: string, dev: string | null, settings: ValueRecord = {}): AuditInput =>
  sampleInput('', {
    environments: ['dev', 'prod'],
    builds: [
      sampleBuild(prod),
      ...(dev === null ? [] : [sampleBuild(dev, { path: 'overlays/dev', environment: 'dev' })]),
    ],
    settings,
  })
const found = (...[prod, dev, settings]: Parameters<typeof input>): readonly string[] =>
  messagesOf(environmentValueChecks, 'X17', input(prod, dev, settings))

test('environments that differ pass', () => {
  const prod = deploymentText({ container: level('info') })
  assert.deepEqual(found(prod, deploymentText({ container: level('debug') })), [])
})

test('a variable that names the other environment is told', () => {
  const container = 'env: [{ name: ENVIRONMENT, value: production }]'
  assert.deepEqual(found(deploymentText({ container }), deploymentText({ container })), [
    'ENVIRONMENT is production in environment dev',
  ])
})

test('production that debugs and development that does not are told', () => {
  assert.deepEqual(found(deploymentText({ container: level('debug') }), null), [
    'LOG_LEVEL is debug in production',
  ])
  const same = deploymentText({ container: level('info') })
  assert.deepEqual(found(same, same), ['LOG_LEVEL is info in development and in production'])
})

test('what the settings specify is compared', () => {
  const container = `${level('warn')}\n          resources: { limits: { cpu: 0.5, memory: 1Gi } }`
  const prod = deploymentText({ spec: 'replicas: 1', container })
  const wanted = {
    namespace: 'trading',
    replicas: { web: 2 },
    values: { LOG_LEVEL: 'info' },
    limits: { web: { cpu: '500m', memory: '2Gi' } },
  }
  assert.deepEqual(found(prod, null, { environments: { prod: wanted } }), [
    'LOG_LEVEL is warn, and info is specified for prod',
    'stands in namespace shop, and trading is specified',
    'has 1 replicas, and 2 are specified',
    'limit of memory is "1Gi", and "2Gi" is specified',
  ])
})

test('one number of replicas is meant for the services', () => {
  const prod = deploymentText({ spec: 'replicas: 1' })
  const environments = { prod: { replicas: 2 } }
  assert.deepEqual(found(prod, null, { environments }), [])
  assert.equal(found(prod, null, { environments, services: ['web'] }).length, 1)
})
