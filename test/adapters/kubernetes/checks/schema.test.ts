import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaChecks } from '../../../../src/adapters/kubernetes/checks/schema.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf, problemsOf } from '../check-run.ts'

const messages = (id: string, input: Parameters<typeof messagesOf>[2]): readonly string[] =>
  messagesOf(schemaChecks, id, input)

test('R02: valid objects have no problem', () => {
  assert.deepEqual(messages('R02', deploymentText()), [])
})

test('R02: unknown fields, wrong types and missing names are told where they are', () => {
  assert.deepEqual(messages('R02', deploymentText({ spec: 'replica: 1' })), [
    'spec.replica is not a field that the kind has',
  ])
  assert.deepEqual(messages('R02', deploymentText({ spec: 'replicas: two' })), [
    'spec.replicas must be integer',
  ])
  assert.deepEqual(messages('R02', 'kind: Pod\napiVersion: v1\nmetadata: {}\n'), ['has no metadata.name'])
  const [problem] = problemsOf(schemaChecks, 'R02', deploymentText({ container: 'imagePolicy: Always' }))
  assert.equal(problem?.mend, 'see: kubectl explain deployment.spec.template.spec.containers.imagePolicy')
})

test('R02: an object that many builds hold is told once', () => {
  const wrong = sampleBuild(deploymentText({ spec: 'replica: 1' }))
  const builds = [wrong, { ...wrong, path: 'overlays/prod/services', isWhole: false }]
  assert.equal(messages('R02', sampleInput('', { builds })).length, 1)
})

test('R02: a kind without a schema is a problem of its own weight', () => {
  const problems = problemsOf(
    schemaChecks,
    'R02',
    'kind: Cluster\napiVersion: postgresql.cnpg.io/v1\nmetadata: { name: a }\n',
  )
  assert.deepEqual(
    problems.map((problem) => [problem.message, 'severity' in problem ? problem.severity : null]),
    [['there is no schema for Cluster of postgresql.cnpg.io/v1, so nothing says that it is valid', 'medium']],
  )
})

test('R02: files that are not strict YAML are told with their lines, whether they are built or not', () => {
  const files = [
    { path: 'a.yaml', text: 'kind: Pod\nkind: Service\n' },
    { path: 'b.yml', text: 'a: [1\n' },
    { path: 'c.txt', text: 'a: [1\n' },
    { path: 'd.yaml', text: 'a: 1\n' },
  ]
  assert.deepEqual(
    problemsOf(schemaChecks, 'R02', sampleInput('', { files })).map(({ file, line }) => [file, line]),
    [
      ['a.yaml', 2],
      ['b.yml', 2],
    ],
  )
})

test('R03: versions that are not served are told, in objects and in documents', () => {
  assert.deepEqual(messages('R03', deploymentText()), [])
  assert.deepEqual(
    messages('R03', 'kind: PodDisruptionBudget\napiVersion: policy/v1beta1\nmetadata: { name: a }\n'),
    ['PodDisruptionBudget of policy/v1beta1 is not served'],
  )
  const text = `# Secrets

\`\`\`yaml
apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
---
apiVersion: external-secrets.io/v1
kind: SecretStore
\`\`\`
`
  const input = sampleInput('', { files: [{ path: 'SECRETS.md', text }] })
  assert.deepEqual(
    problemsOf(schemaChecks, 'R03', input).map(({ file, line, mend }) => [file, line, mend]),
    [['SECRETS.md', 4, 'write external-secrets.io/v1']],
  )
})

test('R03: of some versions only some kinds are gone', () => {
  const object = (version: string, kind: string): string =>
    `kind: ${kind}\napiVersion: ${version}\nmetadata: { name: a }\n`
  assert.equal(messages('R03', object('networking.k8s.io/v1beta1', 'Ingress')).length, 1)
  assert.deepEqual(messages('R03', object('networking.k8s.io/v1beta1', 'IPAddress')), [])
  assert.equal(messages('R03', object('v1', 'Endpoints')).length, 1)
  assert.deepEqual(messages('R03', object('v1', 'Service')), [])
})
