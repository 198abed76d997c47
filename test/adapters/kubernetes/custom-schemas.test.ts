import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customJudgeOf } from '../../../src/adapters/kubernetes/custom-schemas.ts'
import { schemaChecks } from '../../../src/adapters/kubernetes/checks/schema.ts'
import { sampleManifests } from './audit-sample.ts'
import { messagesOf } from './check-run.ts'

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: clusters.shop.test }
spec:
  group: shop.test
  scope: Namespaced
  names: { kind: Cluster, plural: clusters }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              properties:
                size: { type: integer, minimum: 1 }
                port: { x-kubernetes-int-or-string: true }
                labels: { type: object, additionalProperties: { type: string } }
                parts: { type: array, items: { type: object, properties: { name: { type: string } } } }
                raw: { type: object, x-kubernetes-preserve-unknown-fields: true, properties: { a: { type: string } } }
    - { name: v1beta1, served: false, storage: false, schema: { openAPIV3Schema: { type: object } } }
---
`
const object = (spec: string, version = 'v1'): string =>
  `apiVersion: shop.test/${version}\nkind: Cluster\nmetadata: { name: a, anything: goes }\nspec: ${spec}\n`

const judge = customJudgeOf(sampleManifests(definition))
function faultsOf(text: string): readonly string[] | null {
  const [manifest] = sampleManifests(text)
  assert.ok(manifest)
  return judge(manifest)?.map(({ path, message }) => `${path} ${message}`) ?? null
}

test('objects are judged by the definition beside them, unknown fields at every depth included', () => {
  assert.deepEqual(faultsOf(object('{ size: 1, port: http, labels: { any: key }, raw: { b: 1 } }')), [])
  assert.deepEqual(
    faultsOf(object('{ size: 0, sise: 1, port: [], labels: { a: 1 }, parts: [{ nam: a }] }')),
    [
      '/spec/sise is not a field that the kind has',
      '/spec/size must be >= 1',
      '/spec/port must be integer,string',
      '/spec/labels/a must be string',
      '/spec/parts/0/nam is not a field that the kind has',
    ],
  )
  assert.deepEqual(faultsOf('apiVersion: shop.test/v1\nkind: Cluster\nmetadata: { name: a }\n'), [
    " must have required property 'spec'",
  ])
})

test('versions that are not served and kinds of others have no verdict', () => {
  assert.equal(faultsOf(object('{}', 'v1beta1')), null)
  assert.equal(faultsOf('apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n'), null)
})

test('a definition whose schema is broken is told by its objects', () => {
  const broken = definition.replace('type: integer', 'type: wholeNumber')
  const [manifest] = sampleManifests(object('{ size: 1 }'))
  assert.ok(manifest)
  const [fault] = customJudgeOf(sampleManifests(broken))(manifest) ?? []
  assert.match(fault?.message ?? '', /^the schema of its definition cannot be read: /)
})

test('R02 takes definitions of the folder, and else says that there is no schema', () => {
  assert.deepEqual(messagesOf(schemaChecks, 'R02', `${definition}${object('{ sise: 1 }')}`), [
    'spec.sise is not a field that the kind has',
  ])
  assert.match(messagesOf(schemaChecks, 'R02', object('{ sise: 1 }'))[0] ?? '', /^there is no schema/)
})
