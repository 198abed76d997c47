import assert from 'node:assert/strict'
import { test } from 'node:test'
import { servicePortChecks } from '../../../../src/adapters/kubernetes/checks/service-ports.ts'
import { deploymentText, messagesOf, problemsOf, serviceText } from '../check-run.ts'

const web = deploymentText({ container: 'ports: [{ name: http, containerPort: 8000 }]' })

test('a target by name or number passes X04', () => {
  for (const port of ['port: 80, targetPort: http', 'port: 80, targetPort: 8000', 'port: 8000']) {
    assert.deepEqual(problemsOf(servicePortChecks, 'X04', web + serviceText('web', port)), [], port)
  }
})

test('X04 refuses a target that no container declares, of the protocol too', () => {
  assert.deepEqual(messagesOf(servicePortChecks, 'X04', web + serviceText('web', 'port: 80')), [
    'its port 80 leads to 80 (TCP), which no container of Deployment web declares',
  ])
  assert.equal(
    problemsOf(servicePortChecks, 'X04', web + serviceText('web', 'port: 8000, protocol: UDP')).length,
    1,
  )
})

test('X04 refuses ports without names beside others, and twice the same', () => {
  const ports = (list: string) => web + serviceText('web', list)
  const unnamed = ports('port: 8000 }, { name: b, port: 80, targetPort: 8000')
  assert.deepEqual(messagesOf(servicePortChecks, 'X04', unnamed), [
    'it has several ports, and one of them no name',
  ])
  const twice = ports('name: a, port: 8000 }, { name: a, port: 8000')
  assert.deepEqual(messagesOf(servicePortChecks, 'X04', twice), [
    'it has the port a twice',
    'it has the port 8000 (TCP) twice',
  ])
})

test('X05 refuses probes and hooks of ports that are not declared', () => {
  const text = deploymentText({
    container: `ports: [{ name: http, containerPort: 8000 }, { name: http, containerPort: 8001 }]
          readinessProbe: { httpGet: { path: /, port: http } }
          livenessProbe: { tcpSocket: { port: 9000 } }
          lifecycle: { preStop: { httpGet: { path: /, port: admin } } }`,
  })
  assert.deepEqual(messagesOf(servicePortChecks, 'X05', text), [
    'container main: it names two ports http',
    'container main: livenessProbe calls port 9000, which it does not declare',
    'container main: preStop calls port admin, which it does not declare',
  ])
  assert.deepEqual(problemsOf(servicePortChecks, 'X05', web), [])
})
