import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fluxScheduleChecks } from '../../../../src/adapters/kubernetes/checks/flux-schedule.ts'
import { messagesOf } from '../check-run.ts'
import { gitopsInput, kustomizationText, repositoryText, workloadText } from '../gitops-sample.ts'

type Sample = Parameters<typeof gitopsInput>[0]
const found = (id: string, sample: Sample): readonly string[] =>
  messagesOf(fluxScheduleChecks, id, gitopsInput(sample))

const after = (name: string, ...others: readonly string[]): string =>
  kustomizationText(name, './', [`dependsOn: [${others.map((other) => `{ name: ${other} }`).join(', ')}]`])

test('an order without circles passes G04', () => {
  const gitops = kustomizationText('a', './') + after('b', 'a') + after('c', 'a', 'b')
  assert.deepEqual(found('G04', { gitops }), [])
})

test('G04 refuses to depend on what is not there', () => {
  assert.deepEqual(found('G04', { gitops: after('b', 'gone') }), [
    'depends on flux-system/gone, which does not exist',
  ])
})

test('G04 refuses a circle, for each that is in it and for no other', () => {
  const gitops = after('a', 'c') + after('b', 'a') + after('c', 'b') + after('d', 'a')
  assert.deepEqual(found('G04', { gitops }), [
    'waits for itself by way of what it depends on',
    'waits for itself by way of what it depends on',
    'waits for itself by way of what it depends on',
  ])
})

const times = (interval: string, retry: string, timeout: string): string =>
  kustomizationText(
    'web',
    './overlays/prod',
    [interval, retry, timeout].filter((line) => line !== ''),
  )
const builds = {
  'overlays/prod': workloadText('Deployment', 'web', { spec: 'progressDeadlineSeconds: 300' }),
}

test('intervals that are sane, and a timeout behind every deadline, pass G09', () => {
  const gitops = repositoryText() + times('interval: 10m', 'retryInterval: 2m', 'timeout: 6m')
  assert.deepEqual(found('G09', { gitops, builds }), [])
})

test('G09 refuses times that are missing', () => {
  assert.deepEqual(found('G09', { gitops: times('interval: 10m', '', '') }), [
    'tries again after nothing',
    'has no timeout of its own',
  ])
})

test('G09 refuses intervals that are too short or too long', () => {
  const said = (interval: string): string =>
    found('G09', { gitops: times(interval, 'retryInterval: 1s', 'timeout: 15m') }).join()
  assert.match(said('interval: 10s'), /looks every "10s"/)
  assert.match(said('interval: 24h'), /looks every "24h"/)
  const source = repositoryText('app', 'https://git.local/app', ['interval: 1h'])
  assert.match(found('G09', { gitops: source }).join(), /looks every "1h"/)
})

test('G09 refuses to try again later than it looks', () => {
  const gitops = times('interval: 10m', 'retryInterval: 20m', 'timeout: 15m')
  assert.deepEqual(found('G09', { gitops }), ['tries again after "20m"'])
})

test('G09 refuses a timeout that a rollout or a Job may outlast', () => {
  const short = times('interval: 10m', 'retryInterval: 2m', 'timeout: 5m')
  assert.deepEqual(found('G09', { gitops: short, builds }), [
    'gives up after "5m", before Deployment web may, after 300s',
  ])
  const unset = { 'overlays/prod': workloadText('Deployment', 'web') }
  assert.match(found('G09', { gitops: short, builds: unset }).join(), /after 600s/)
  const job = { 'overlays/prod': workloadText('Job', 'migrate', { spec: 'activeDeadlineSeconds: 900' }) }
  assert.match(found('G09', { gitops: short, builds: job }).join(), /before Job migrate may, after 900s/)
})
