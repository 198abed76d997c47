import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configHashChecks } from '../../../../src/adapters/kubernetes/checks/config-hash.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const configMap = (name: string): string =>
  `kind: ConfigMap\napiVersion: v1\nmetadata: { name: ${name}, namespace: shop }\n---\n`
const messages = (text: string): readonly string[] => messagesOf(configHashChecks, 'R08', text)

const asFiles = (name: string): string =>
  deploymentText({ pod: `volumes: [{ name: v, configMap: { name: ${name} } }]` })
const asVariables = (name: string): string =>
  deploymentText({ container: `envFrom: [{ configMapRef: { name: ${name} } }]` })
const asOne = (name: string): string =>
  deploymentText({
    container: `env: [{ name: A, valueFrom: { configMapKeyRef: { name: ${name}, key: a } } }]`,
  })
const asProjection = (name: string): string =>
  deploymentText({
    pod: `volumes: [{ name: v, projected: { sources: [{ configMap: { name: ${name} } }] } }]`,
  })

test('R08: a pod that reads a ConfigMap with a name that stays is told, however it reads it', () => {
  for (const reads of [asFiles, asVariables, asOne, asProjection]) {
    assert.deepEqual(messages(`${configMap('web')}${reads('web')}`), [
      'reads ConfigMap web, whose name stays when its content changes',
    ])
    assert.deepEqual(messages(`${configMap('web-2m4tc9k6hg')}${reads('web-2m4tc9k6hg')}`), [])
  }
})

test('R08: the hash is one of kustomize, not any suffix', () => {
  assert.equal(messages(`${configMap('web-production')}${asFiles('web-production')}`).length, 1)
})

test('R08: a checksum on the pod or a reloader does the same', () => {
  const annotated = (annotation: string): string =>
    asFiles('web').replace('labels: { app: web } }', `labels: { app: web }, annotations: { ${annotation} } }`)
  for (const annotation of ['checksum/config: abc', 'reloader.stakater.com/auto: "true"']) {
    assert.deepEqual(messages(`${configMap('web')}${annotated(annotation)}`), [], annotation)
  }
  assert.equal(messages(`${configMap('web')}${annotated('other: x')}`).length, 1)
})

test('R08: maps that are not part of the build, and pods that begin anew each time, are left alone', () => {
  assert.deepEqual(messages(asFiles('kube-root-ca.crt')), [])
  const cronJob = `
kind: CronJob
apiVersion: batch/v1
metadata: { name: a, namespace: shop }
spec:
  jobTemplate:
    spec:
      template: { spec: { volumes: [{ name: v, configMap: { name: web } }], containers: [] } }
`
  assert.deepEqual(messages(`${configMap('web')}${cronJob}`), [])
})
