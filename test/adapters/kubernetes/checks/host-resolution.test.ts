import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directoryOf, resolveHost } from '../../../../src/adapters/kubernetes/checks/host-resolution.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { serviceText } from '../check-run.ts'

const headless = `
apiVersion: v1
kind: Service
metadata: { name: db-headless, namespace: shop }
spec: { clusterIP: None, ports: [{ port: 5432 }] }
---
`
const build = sampleBuild(serviceText('db', 'port: 5432') + headless)
const input = sampleInput('', {
  builds: [build, sampleBuild(serviceText('db', 'port: 5432', 'shop-dev'), { environment: 'dev' })],
  settings: { externalNamespaces: ['vault'] },
})
const kindOf = (host: string): string => resolveHost(directoryOf(input, build), host, 'shop').kind

test('short and full names of the namespace are Services', () => {
  for (const host of [
    'db',
    'db.shop',
    'db.shop.svc',
    'db.shop.svc.cluster.local',
    'db.shop.svc.cluster.local.',
  ]) {
    assert.equal(kindOf(host), 'service', host)
  }
})

test('a pod of a headless Service is reached through it', () => {
  assert.equal(kindOf('db-0.db-headless'), 'service')
  assert.equal(kindOf('db-0.db-headless.shop.svc'), 'service')
})

test('what nobody answers to is missing', () => {
  const directory = directoryOf(input, build)
  assert.deepEqual(resolveHost(directory, 'redis', 'shop'), {
    ...{ kind: 'missing', service: 'redis', namespace: 'shop' },
  })
  assert.equal(kindOf('db.elsewhere.svc'), 'missing')
  assert.equal(resolveHost(directory, 'db', 'other').kind, 'missing')
})

test('a namespace of another environment is known as such', () => {
  assert.equal(kindOf('db.shop-dev'), 'otherEnvironment')
  assert.equal(kindOf('db.shop-dev.svc.cluster.local'), 'otherEnvironment')
})

test('addresses, public names and namespaces of others are outside', () => {
  for (const host of ['10.0.0.1', 'localhost', 'kubernetes.default.svc', 'example.com', 'a.b.example.com']) {
    assert.equal(kindOf(host), 'outside', host)
  }
  assert.equal(kindOf('vault.vault.svc'), 'outside')
  assert.equal(kindOf('kube-dns.kube-system'), 'outside')
})
