import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applicationsOf } from '../../../../src/adapters/kubernetes/checks/argo-application.ts'
import { textAt } from '../../../../src/adapters/kubernetes/value.ts'
import { sampleManifests } from '../audit-sample.ts'
import { applicationText } from '../gitops-sample.ts'

const applications = (text: string) => sampleManifests(text, 'flux/a.yaml').flatMap(applicationsOf)

test('an Application stands for itself', () => {
  assert.deepEqual(
    applications(applicationText({ name: 'shop-dev' })).map(({ name }) => name),
    ['shop-dev'],
  )
})

test('an ApplicationSet stands for one Application for each element of its lists', () => {
  const found = applications(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: shop, namespace: argocd }
spec:
  generators:
    - list: { elements: [{ env: dev }, { env: prod }] }
    - git: { repoURL: 'https://git.local/app' }
  template:
    metadata: { name: 'shop-{{env}}' }
    spec:
      source: { path: 'overlays/{{ .env }}/{{ other }}' }
`)
  assert.deepEqual(
    found.map(({ name, namespace, kind, value }) => [
      kind,
      namespace,
      name,
      textAt(value, 'spec', 'source', 'path'),
    ]),
    [
      ['Application', 'argocd', 'shop-dev', 'overlays/dev/{{ other }}'],
      ['Application', 'argocd', 'shop-prod', 'overlays/prod/{{ other }}'],
    ],
  )
})

test('an object of another kind stands for none', () => {
  assert.deepEqual(applications('apiVersion: v1\nkind: Service\nmetadata: { name: a }\n'), [])
})
