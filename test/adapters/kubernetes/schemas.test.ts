import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeObject } from '../../../src/adapters/kubernetes/schemas.ts'
import { sampleManifests } from './audit-sample.ts'

/** Paths of what is wrong with the one object of a text; null where its kind has no schema. */
function faultsOf(text: string): readonly string[] | null {
  const [manifest] = sampleManifests(text)
  assert.ok(manifest)
  return judgeObject(manifest)?.map(({ path }) => path) ?? null
}

test('fields that the kind does not have are told, at every depth', () => {
  const faults = faultsOf(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: a, lables: {} }
spec:
  replica: 1
  selector: { matchLabels: { any: key } }
  template:
    metadata: { labels: { any: key }, annotations: { other: key } }
    spec:
      nodeSelector: { some: node }
      containers:
        - name: c
          image: i
          imagePullpolicy: Always
          resources: { limits: { cpu: 1, example.com/gpu: 1 } }
          livenessProbe: { httpGet: { port: http, pth: / } }
      volumes:
        - name: v
          emptyDir: { sizeLimit: 1Mi, limit: 1 }
`)
  assert.deepEqual(faults, [
    '/metadata/lables',
    '/spec/replica',
    '/spec/template/spec/containers/0/imagePullpolicy',
    '/spec/template/spec/containers/0/livenessProbe/httpGet/pth',
    '/spec/template/spec/volumes/0/emptyDir/limit',
  ])
})

test('values of another type, values that are not allowed and missing fields are told', () => {
  const [manifest] = sampleManifests(
    'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { type: Cluster, ports: [{ port: "80" }, {}] }\n',
  )
  assert.ok(manifest)
  const faults = judgeObject(manifest) ?? []
  assert.deepEqual(
    faults.map(({ path }) => path),
    ['/spec/ports/0/port', '/spec/ports/1', '/spec/type'],
  )
  assert.match(
    faults.map(({ message }) => message).join('\n'),
    /ClusterIP, ExternalName, LoadBalancer, NodePort/,
  )
})

test('the fields that the forerunner of Flux had are unknown', () => {
  assert.deepEqual(
    faultsOf(`
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: a }
spec:
  interval: 10m
  path: ./k8s
  prune: true
  validation: client
  sourceRef: { kind: GitRepository, name: a }
  postBuild: { substitute: { any: value } }
`),
    ['/spec/validation'],
  )
})

/** One object of each kind that this project deploys or offers, all fields known. */
const VALID: readonly string[] = [
  object('v1', 'ConfigMap', 'data: { any: text }'),
  object('v1', 'Secret', 'stringData: { any: text }'),
  object('scheduling.k8s.io/v1', 'PriorityClass', 'value: 1', 'description: why'),
  object('policy/v1', 'PodDisruptionBudget', 'spec: { minAvailable: 50% }'),
  object(
    ...['autoscaling/v2', 'HorizontalPodAutoscaler'],
    'spec: { maxReplicas: 2, scaleTargetRef: { kind: Deployment, name: a } }',
  ),
  object(
    ...['networking.k8s.io/v1', 'NetworkPolicy', 'spec:', '  podSelector: {}', '  policyTypes: [Egress]'],
    '  egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0 } }] }]',
  ),
  object(
    ...['source.toolkit.fluxcd.io/v1', 'GitRepository'],
    'spec: { interval: 1m, url: https://host/a, ref: { semver: ">=1" } }',
  ),
  object(
    ...['argoproj.io/v1alpha1', 'AppProject', 'spec:', '  description: a', '  sourceRepos: [a]'],
    '  destinations: [{ namespace: a, server: b }]',
  ),
  object(
    ...['gateway.networking.k8s.io/v1', 'HTTPRoute', 'spec:', '  parentRefs: [{ name: a }]'],
    '  rules: [{ backendRefs: [{ name: a, port: 1 }] }]',
  ),
  object(
    ...['external-secrets.io/v1', 'ExternalSecret', 'spec:', '  secretStoreRef: { name: a }'],
    '  data: [{ secretKey: a, remoteRef: { key: b } }]',
  ),
  object(
    ...['bitnami.com/v1alpha1', 'SealedSecret'],
    'spec: { encryptedData: { any: text }, template: { metadata: { name: a } } }',
  ),
  object('monitoring.coreos.com/v1', 'ServiceMonitor', 'spec: { selector: {}, endpoints: [{ port: http }] }'),
  object(
    ...['keda.sh/v1alpha1', 'ScaledObject', 'spec:', '  scaleTargetRef: { name: a }'],
    '  triggers: [{ type: cpu, metadata: { any: "1" } }]',
  ),
]

function object(apiVersion: string, kind: string, ...lines: readonly string[]): string {
  return [`apiVersion: ${apiVersion}`, `kind: ${kind}`, 'metadata: { name: a }', ...lines, ''].join('\n')
}

for (const text of VALID) {
  test(`a valid object has no fault, and an unknown field is one: ${text.split('\n', 2).join(' ')}`, () => {
    assert.deepEqual(faultsOf(text), [])
    assert.deepEqual(faultsOf(`${text}unheardOf: 1\n`), ['/unheardOf'])
  })
}

test('kinds without a schema are told as such, whatever they are called', () => {
  for (const [version, kind] of [
    ['postgresql.cnpg.io/v1', 'Cluster'],
    ['apps/v1', 'Nothing'],
    ['v1', '../../v1/Pod'],
    ['../../..', 'x'],
    ['apps/v1', 'constructor'],
  ]) {
    assert.equal(
      faultsOf(`apiVersion: ${version}\nkind: ${kind}\nmetadata: { name: a }\n`),
      null,
      `${version} ${kind}`,
    )
  }
})
