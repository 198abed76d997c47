import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argoProjectChecks } from '../../../../src/adapters/kubernetes/checks/argo-projects.ts'
import { messagesOf } from '../check-run.ts'
import { applicationText, gitopsInput, workloadText } from '../gitops-sample.ts'

const applied = `${workloadText('Deployment', 'web')}
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`
const found = (gitops: string, build = applied): readonly string[] =>
  messagesOf(argoProjectChecks, 'G16', gitopsInput({ gitops, builds: { 'overlays/prod': build } }))

type Project = Readonly<{ repos?: string; destination?: string; cluster?: string; kinds?: string }>

const project = ({
  repos = 'https://git.local/*',
  destination = "server: 'https://kubernetes.default.svc', namespace: shop",
  cluster = "{ group: '', kind: Namespace, name: shop }",
  kinds = '{ group: apps, kind: Deployment }',
}: Project = {}): string => `
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: { name: shop, namespace: argocd }
spec:
  sourceRepos: ['${repos}']
  destinations: [{ ${destination} }]
  clusterResourceWhitelist: [${cluster}]
  namespaceResourceWhitelist: [${kinds}]
---
`

test('an Application that its project holds to what it needs passes G16', () => {
  assert.deepEqual(found(project() + applicationText()), [])
  assert.deepEqual(found(project({ kinds: '' }) + applicationText()), [])
})

test('G16 refuses the project default, and one that is not there', () => {
  assert.match(found(applicationText({ project: 'default' })).join(), /project default/)
  assert.match(found(applicationText()).join(), /project shop, which does not exist/)
})

test('G16 refuses a project that is open to everything', () => {
  const open = project({ repos: '*', destination: "namespace: '*'", cluster: "{ group: '*', kind: '*' }" })
  assert.deepEqual(found(open + applicationText()), [
    'allows every repository',
    'allows every namespace',
    'allows every object of the cluster',
  ])
})

test('G16 refuses what the project does not allow', () => {
  assert.match(
    found(project({ repos: 'https://git.local/other' }) + applicationText()).join(),
    /takes its manifests/,
  )
  const elsewhere = project({ destination: 'namespace: other' })
  assert.match(found(elsewhere + applicationText()).join(), /deploys to the namespace shop/)
  assert.match(
    found(project({ kinds: '{ group: apps, kind: StatefulSet }' }) + applicationText()).join(),
    /a Deployment/,
  )
  const other = project({ cluster: "{ group: '', kind: Namespace, name: other }" })
  assert.match(found(other + applicationText()).join(), /deploys a Namespace/)
})

test('G16 refuses a namespace that is not the one of the manifests', () => {
  const build = workloadText('Deployment', 'web', { namespace: 'store' })
  assert.match(
    found(project() + applicationText(), build).join(),
    /says the namespace shop, and deploys to store/,
  )
})

test('G16 refuses to create a namespace that the manifests bring', () => {
  const creating = applicationText({ options: ['CreateNamespace=true'] })
  assert.match(found(project() + creating).join(), /creates the namespace/)
  assert.deepEqual(found(project() + creating, workloadText('Deployment', 'web')), [])
})
