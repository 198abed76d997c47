import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scriptNameChecks } from '../../../../src/adapters/kubernetes/checks/scripts-names.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'

const RENDER = `
apiVersion: v1
kind: Namespace
metadata: { name: trading }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: redis, namespace: trading, labels: { app: redis } }
spec:
  template:
    spec:
      volumes: [{ name: keys, secret: { secretName: redis-keys } }]
  volumeClaimTemplates: [{ metadata: { name: data } }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings-7f8d9g2h4k, namespace: trading }
---
apiVersion: v1
kind: Secret
metadata: { name: prod-keys, namespace: trading }
`

const run = (files: Readonly<Record<string, string>>, settings = {}): readonly string[] => {
  const builds = [
    sampleBuild(RENDER),
    sampleBuild('apiVersion: batch/v1\nkind: Job\nmetadata: { name: restore }\n', {
      ...{ path: 'base/restore', environment: null, isWhole: false },
    }),
  ]
  const list = Object.entries(files).map(([path, text]) => ({ path, text }))
  const input = sampleInput('', { builds, files: list, settings })
  return scriptNameChecks.flatMap((check) => check.run(input)).map(({ message }) => message)
}

const inScript = (line: string): readonly string[] => run({ 'a.sh': `${line}\n` })
const inGuide = (line: string, more = ''): readonly string[] =>
  run({ 'README.md': `\`\`\`sh\n${line}\n\`\`\`\n${more}` })

test('D02 passes names, labels and namespaces that are rendered', () => {
  for (const line of [
    'kubectl rollout status statefulset/redis -n trading',
    'kubectl get sts redis --namespace trading',
    'kubectl get pvc data-redis-0 -n trading',
    'kubectl get secret redis-keys -n trading',
    'kubectl describe configmap settings',
    'kubectl get pods -l app=redis',
    'kubectl logs redis-0',
    'kubectl get pods -n kube-system -l k8s-app=kube-dns',
    'kubectl delete job $job -n $namespace',
    'kubectl annotate statefulset redis note=1',
  ]) {
    assert.deepEqual(inScript(line), [], line)
    assert.deepEqual(inGuide(line), [], line)
  }
})

test('D02 finds what is not rendered', () => {
  for (const [line, words] of [
    ['kubectl rollout status deployment/redis', /no deployment redis is rendered/],
    ['kubectl get statefulset postgresql', /no statefulset postgresql/],
    ['kubectl get secret cdb-secrets', /no secret cdb-secrets/],
    ['kubectl get pods -n markets', /no namespace markets/],
    ['kubectl get pods -l tier=cache', /no object has the labels tier=cache/],
    ['kubectl exec statefulset/cache -- ls', /no statefulset cache/],
  ] as const) {
    assert.match(inScript(line).join(), words, line)
    assert.match(inGuide(line).join(), words, line)
  }
})

test('D02 lets a guide name what is applied by hand and what it makes itself; a script may not', () => {
  const made = 'kubectl create secret generic pull-key -n trading\nkubectl get secret pull-key'
  assert.deepEqual(inGuide(made), [])
  assert.match(run({ 'a.sh': 'kubectl get secret pull-key\n' }).join(), /no secret pull-key/)
  const written = '```yaml\nkind: Service\nmetadata: { name: door }\n```\n'
  assert.deepEqual(inGuide('kubectl get service door', written), [])
  assert.deepEqual(inGuide('kubectl wait job/restore --for=condition=complete'), [])
})

test('D02 takes Secrets and namespaces of others from the settings', () => {
  const settings = { secrets: { 'cdb-secrets': {} }, externalNamespaces: ['gateway'] }
  assert.deepEqual(run({ 'a.sh': 'kubectl get secret cdb-secrets -n gateway\n' }, settings), [])
})

test('D02 says nothing where nothing is rendered', () => {
  const input = sampleInput('', { builds: [], files: [{ path: 'a.sh', text: 'kubectl get sts x\n' }] })
  assert.deepEqual(
    scriptNameChecks.flatMap((check) => check.run(input)),
    [],
  )
})
