import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probeChecks } from '../../../../src/adapters/kubernetes/checks/probes.ts'
import { deploymentText, messagesOf, problemsOf, serviceText } from '../check-run.ts'

const get = (path: string, more = ''): string => `{ httpGet: { path: ${path}, port: http }${more} }`
const probed = (readiness: string, liveness: string, more = ''): string =>
  deploymentText({
    container: `readinessProbe: ${readiness}\n          livenessProbe: ${liveness}\n          ${more}`,
  })

test('readiness and liveness of their own pass W12 and W13', () => {
  const text = probed(get('/health/ready'), get('/health/live'))
  assert.deepEqual(problemsOf(probeChecks, 'W12', text), [])
  assert.deepEqual(problemsOf(probeChecks, 'W13', text), [])
})

test('W12 misses probes', () => {
  assert.deepEqual(messagesOf(probeChecks, 'W12', deploymentText()), [
    'container main: it has no readinessProbe',
    'container main: it has no livenessProbe',
  ])
})

test('W12 and W13 refuse one path for both', () => {
  const text = probed(get('/health'), get('/health'))
  assert.deepEqual(messagesOf(probeChecks, 'W12', text), [
    'container main: readiness and liveness are the same GET /health of http: a pod that waits is killed',
  ])
  assert.deepEqual(messagesOf(probeChecks, 'W13', text), [
    'container main: liveness asks for /health, as readiness does',
  ])
})

test('W12 wants a startup probe where liveness guesses the start, and in a StatefulSet', () => {
  const delayed = probed(get('/ready'), get('/live', ', initialDelaySeconds: 30'))
  assert.match(messagesOf(probeChecks, 'W12', delayed).join(), /starts slowly/)
  const stateful = probed(get('/ready'), get('/live')).replace('Deployment', 'StatefulSet')
  assert.match(messagesOf(probeChecks, 'W12', stateful).join(), /starts slowly/)
  const started = probed(
    get('/ready'),
    get('/live', ', initialDelaySeconds: 30'),
    `startupProbe: ${get('/live')}`,
  )
  assert.deepEqual(problemsOf(probeChecks, 'W12', started), [])
})

test('W12 refuses a probe that waits for longer than its period', () => {
  const text = probed(get('/ready', ', timeoutSeconds: 11'), get('/live'))
  assert.deepEqual(messagesOf(probeChecks, 'W12', text), [
    'container main: readinessProbe waits for 11 s and is made each 10 s',
  ])
})

test('W13 refuses a path of readiness and a command that calls a Service', () => {
  assert.match(messagesOf(probeChecks, 'W13', probed(get('/a'), get('/readyz'))).join(), /tells of readiness/)
  const exec = (command: string) =>
    probed(get('/a'), `{ exec: { command: [${command}] } }`) +
    serviceText('redis') +
    serviceText('postgresql')
  const called = exec('redis-cli, -h, redis, ping')
  assert.match(messagesOf(probeChecks, 'W13', called).join(), /calls the Service redis/)
  const addressed = exec('sh, -c, "psql postgres://me@postgresql:5432/cdb -c 1"')
  assert.match(messagesOf(probeChecks, 'W13', addressed).join(), /calls the Service postgresql/)
  assert.deepEqual(problemsOf(probeChecks, 'W13', exec('redis-cli, -h, 127.0.0.1, ping')), [])
  assert.deepEqual(problemsOf(probeChecks, 'W13', exec('pg_isready, -d, postgresql')), [])
})
