import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namingChecks } from '../../../../src/adapters/kubernetes/checks/naming.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const messages = (text: string): readonly string[] => messagesOf(namingChecks, 'R04', text)
const named = (kind: string, name: string): string =>
  `kind: ${kind}\napiVersion: v1\nmetadata: { name: "${name}" }\n`

test('R04: names fit their kinds', () => {
  for (const [kind, name] of [
    ['ConfigMap', 'a.b-c.9'],
    ['Service', 'web-1'],
    ['Role', 'system:node'],
    ['StatefulSet', 'a'.repeat(52)],
  ] as const) {
    assert.deepEqual(messages(named(kind, name)), [], `${kind} ${name}`)
  }
  for (const [kind, name] of [
    ['ConfigMap', 'Web_Config'],
    ['Service', '9web'],
    ['Service', 'a'.repeat(64)],
    ['Namespace', 'a.b'],
    ['StatefulSet', 'a'.repeat(53)],
    ['CronJob', 'a'.repeat(53)],
    ['Role', 'a/b'],
    ['Pod', '-a'],
  ] as const) {
    assert.deepEqual(messages(named(kind, name)), [`"${name}" is no name for a ${kind}`])
  }
})

test('R04: labels fit, on objects, on pods and in selectors', () => {
  const labeled = (label: string): string =>
    `kind: Pod\napiVersion: v1\nmetadata: { name: a, labels: { ${label} } }\n`
  for (const label of ['a: b', 'app.kubernetes.io/name: web_1', 'a: ""']) {
    assert.deepEqual(messages(labeled(label)), [], label)
  }
  assert.deepEqual(messages(labeled('a: "b c"')), ['label a has the value "b c"'])
  assert.deepEqual(messages(labeled(`a: ${'b'.repeat(64)}`)), [`label a has the value "${'b'.repeat(64)}"`])
  assert.deepEqual(messages(labeled('a/b/c: d')), ['label "a/b/c" is no key'])
  assert.ok(messages(deploymentText({ name: 'a_b-' })).some((message) => message.startsWith('pod label app')))
})

test('R04: variables have names that shells know, each once', () => {
  const withVariables = (env: string): string => deploymentText({ container: `env: [${env}]` })
  assert.deepEqual(messages(withVariables('{ name: A_1, value: x }, { name: b.c-d, value: y }')), [])
  assert.deepEqual(messages(withVariables('{ name: A, value: x }, { name: A, value: y }')), [
    'container main: the variable A is set twice',
  ])
  assert.deepEqual(messages(withVariables('{ name: "1A", value: x }')), [
    'container main: "1A" is no name of a variable',
  ])
})

test('R04: ports and containers have names of their own that fit', () => {
  const withPorts = (ports: string): string => deploymentText({ container: `ports: [${ports}]` })
  assert.deepEqual(messages(withPorts('{ name: http, containerPort: 1 }, { containerPort: 2 }')), [])
  assert.deepEqual(messages(withPorts('{ name: much-too-long-here, containerPort: 1 }')), [
    'container main: "much-too-long-here" is no name of a port',
  ])
  assert.deepEqual(messages(withPorts('{ name: a, containerPort: 1 }, { name: a, containerPort: 2 }')), [
    'container main: two ports are called a',
  ])
  const twice = deploymentText({ pod: 'initContainers: [{ name: main, image: i }]' })
  assert.deepEqual(messages(twice), ['two containers are called main'])
})
