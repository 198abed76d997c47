import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podSecurityChecks } from '../../../../src/adapters/kubernetes/checks/pod-security.ts'
import { deploymentText, messagesOf, problemsOf } from '../check-run.ts'

const podContext =
  'securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: RuntimeDefault } }'
const ownContext = 'securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }'

test('a pod of the restricted standard passes W01, with fields at the pod or at the container', () => {
  const text = deploymentText({ pod: podContext, container: ownContext })
  assert.deepEqual(problemsOf(podSecurityChecks, 'W01', text), [])
})

test('W01 names each field that is missing, and the container', () => {
  assert.deepEqual(messagesOf(podSecurityChecks, 'W01', deploymentText()), [
    'container main: runAsNonRoot is nothing',
    'container main: allowPrivilegeEscalation is nothing',
    'container main: it keeps capabilities',
    'container main: seccompProfile.type is nothing',
  ])
})

test('W01 refuses user 0, added capabilities and no seccomp, also where the container mends the pod', () => {
  const text = deploymentText({
    pod: 'securityContext: { runAsNonRoot: true, runAsUser: 0, seccompProfile: { type: Unconfined } }',
    container:
      'securityContext: { runAsUser: 0, allowPrivilegeEscalation: false, seccompProfile: { type: Localhost },' +
      ' capabilities: { drop: [ALL], add: [NET_BIND_SERVICE, SYS_ADMIN] } }',
  })
  assert.deepEqual(messagesOf(podSecurityChecks, 'W01', text), [
    'the pod runs as user 0',
    'the pod is unconfined by seccomp',
    'container main: it runs as user 0',
    'container main: it adds the capabilities ["SYS_ADMIN"]',
  ])
})

test('W01 looks at init containers too', () => {
  const text = deploymentText({
    pod: `${podContext}\n      initContainers: [{ name: first, image: a }]`,
    container: ownContext,
  })
  assert.equal(
    messagesOf(podSecurityChecks, 'W01', text)[0],
    'container first: allowPrivilegeEscalation is nothing',
  )
})

test('a pod that keeps to itself passes W02', () => {
  const text = deploymentText({
    pod: 'volumes: [{ name: tmp, emptyDir: {} }, { name: key, secret: { secretName: a } }]',
    container: 'livenessProbe: { httpGet: { path: /, port: 80 } }',
  })
  assert.deepEqual(problemsOf(podSecurityChecks, 'W02', text), [])
})

const reaches: Readonly<Record<string, readonly [Parameters<typeof deploymentText>[0], string]>> = {
  'a host namespace': [{ pod: 'hostPID: true' }, 'hostPID is true'],
  'a host path': [{ pod: 'volumes: [{ name: log, hostPath: { path: /var } }]' }, 'volume log is a hostPath'],
  'an unsafe sysctl': [
    { pod: 'securityContext: { sysctls: [{ name: kernel.msgmax, value: "1" }] }' },
    'sysctl kernel.msgmax is not a safe one',
  ],
  'a foreign SELinux type': [
    { pod: 'securityContext: { seLinuxOptions: { type: spc_t } }' },
    'seLinuxOptions.type is spc_t',
  ],
  'an SELinux user': [
    { pod: 'securityContext: { seLinuxOptions: { user: root } }' },
    'seLinuxOptions.user is root',
  ],
  'no AppArmor': [
    { container: 'securityContext: { appArmorProfile: { type: Unconfined } }' },
    'appArmorProfile.type is Unconfined',
  ],
  'a host process': [
    { container: 'securityContext: { windowsOptions: { hostProcess: true } }' },
    'windowsOptions.hostProcess is true',
  ],
  privilege: [{ container: 'securityContext: { privileged: true }' }, 'container main: it is privileged'],
  'an unmasked /proc': [
    { container: 'securityContext: { procMount: Unmasked }' },
    'container main: procMount is Unmasked',
  ],
  'a port of the node': [
    { container: 'ports: [{ containerPort: 80, hostPort: 80 }]' },
    'container main: it takes port 80 of the node',
  ],
  'a probe of another host': [
    { container: 'readinessProbe: { httpGet: { host: 10.0.0.1, path: /, port: 80 } }' },
    'container main: readinessProbe calls the host 10.0.0.1',
  ],
  'a hook to another host': [
    { container: 'lifecycle: { preStop: { tcpSocket: { host: redis, port: 80 } } }' },
    'container main: preStop calls the host redis',
  ],
}

for (const [what, [fields, message]] of Object.entries(reaches)) {
  test(`W02 refuses ${what}`, () => {
    assert.deepEqual(messagesOf(podSecurityChecks, 'W02', deploymentText(fields)), [message])
  })
}

test('W02 reads the AppArmor annotations of old', () => {
  const text = `
apiVersion: v1
kind: Pod
metadata:
  name: one
  annotations: { container.apparmor.security.beta.kubernetes.io/main: unconfined }
spec: { containers: [{ name: main, image: a }] }`
  assert.equal(messagesOf(podSecurityChecks, 'W02', text).length, 1)
})

const namespaceText = (labels: string): string =>
  `{ apiVersion: v1, kind: Namespace, metadata: { name: shop, labels: { ${labels} } } }\n---\n`
const label = (mode: string, version: string): string =>
  `pod-security.kubernetes.io/${mode}: restricted, pod-security.kubernetes.io/${mode}-version: ${version}`

test('a namespace of pinned restricted labels passes W03', () => {
  const labels = ['enforce', 'warn', 'audit'].map((mode) => label(mode, 'v1.35')).join(', ')
  assert.deepEqual(problemsOf(podSecurityChecks, 'W03', namespaceText(labels) + deploymentText()), [])
})

test('W03 names modes that are not set, and versions that move', () => {
  const text = namespaceText(`${label('enforce', 'latest')}, ${label('warn', 'v1.35')}`)
  assert.deepEqual(messagesOf(podSecurityChecks, 'W03', text), [
    'of the labels pod-security.kubernetes.io/*, enforce-version is latest, audit is not set',
  ])
})

test('W03 misses the namespace that pods run in', () => {
  assert.equal(problemsOf(podSecurityChecks, 'W03', deploymentText())[0]?.object, 'Namespace shop')
})
