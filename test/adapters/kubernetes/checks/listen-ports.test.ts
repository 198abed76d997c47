import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenPortChecks } from '../../../../src/adapters/kubernetes/checks/listen-ports.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const ports = 'ports: [{ containerPort: 8000 }]'
const found = (container: string, pod = '', more = ''): readonly string[] =>
  messagesOf(
    listenPortChecks,
    'X15',
    deploymentText({ container: `${ports}\n          ${container}`, pod }) + more,
  )

test('a port that is declared may be listened on', () => {
  assert.deepEqual(found("env: [{ name: HEALTH_PORT, value: '8000' }]"), [])
  assert.deepEqual(
    found("args: ['--web.listen-address=0.0.0.0:8000', '--port', '8000', '--cluster.listen-address=']"),
    [],
  )
})

test('a port of another host is not listened on', () => {
  const env =
    "env: [{ name: API_HOST, value: venue }, { name: API_PORT, value: '1' }, { name: REDIS_PORT, value: '2' }]"
  assert.deepEqual(found(env), [])
})

test('variables, flags and files with another port are told', () => {
  assert.deepEqual(found("env: [{ name: METRICS_PORT, value: '9090' }, { name: WEB_PORT, value: '9' }]"), [
    'container main: METRICS_PORT is 9090, which is no containerPort of it',
    'container main: WEB_PORT is 9, which is no containerPort of it',
  ])
  assert.deepEqual(found("args: ['--port=9', --web.listen-address, ':7']"), [
    'container main: --port is 9, which is no containerPort of it',
    'container main: --web.listen-address is 7, which is no containerPort of it',
  ])
  const config = `
apiVersion: v1
kind: ConfigMap
metadata: { name: c, namespace: shop }
data: { redis.conf: "port 6379" }
`
  const mount = 'volumeMounts: [{ name: c, mountPath: /etc/redis }]'
  assert.deepEqual(found(mount, 'volumes: [{ name: c, configMap: { name: c } }]', config), [
    'container main: redis.conf is 6379, which is no containerPort of it',
  ])
})
