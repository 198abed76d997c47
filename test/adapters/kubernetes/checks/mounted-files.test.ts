import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMapNamed, mountedFilesOf } from '../../../../src/adapters/kubernetes/checks/mounted-files.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'

const config = `
apiVersion: v1
kind: ConfigMap
metadata: { name: config, namespace: shop }
data: { a.yml: 'one', b.yml: 'two' }
`

function mounted(mounts: string, volumes: string): readonly string[] {
  const pod = `volumes: [${volumes}]`
  const manifests = sampleManifests(deploymentText({ pod, container: `volumeMounts: [${mounts}]` }) + config)
  const [workload] = workloadsOf(manifests)
  const container = workload?.containers[0]
  assert.ok(workload && container)
  return mountedFilesOf(manifests, workload, container).map(({ path, text }) => `${path}=${text}`)
}

test('every key of a ConfigMap is a file of the mount', () => {
  assert.deepEqual(mounted('{ name: v, mountPath: /etc/x/ }', '{ name: v, configMap: { name: config } }'), [
    '/etc/x/a.yml=one',
    '/etc/x/b.yml=two',
  ])
})

test('items choose keys and name the files', () => {
  const volume = '{ name: v, configMap: { name: config, items: [{ key: b.yml, path: d/c.yml }] } }'
  assert.deepEqual(mounted('{ name: v, mountPath: /etc/x }', volume), ['/etc/x/d/c.yml=two'])
})

test('subPath mounts one file, or what is below a folder', () => {
  const volume = '{ name: v, configMap: { name: config, items: [{ key: b.yml, path: d/c.yml }] } }'
  assert.deepEqual(
    mounted('{ name: v, mountPath: /x.yml, subPath: a.yml }', '{ name: v, configMap: { name: config } }'),
    ['/x.yml=one'],
  )
  assert.deepEqual(mounted('{ name: v, mountPath: /x, subPath: d }', volume), ['/x/c.yml=two'])
  assert.deepEqual(mounted('{ name: v, mountPath: /x, subPath: e }', volume), [])
})

test('projected volumes bring ConfigMaps too, and what is no ConfigMap brings nothing', () => {
  const volume =
    '{ name: v, projected: { sources: [{ secret: { name: s } }, { configMap: { name: config } }] } }'
  assert.equal(mounted('{ name: v, mountPath: /x }', volume).length, 2)
  assert.deepEqual(mounted('{ name: v, mountPath: /x }', '{ name: v, emptyDir: {} }'), [])
  assert.deepEqual(mounted('{ name: w, mountPath: /x }', volume), [])
})

test('a ConfigMap is looked for in one namespace', () => {
  const manifests = sampleManifests(config)
  assert.equal(configMapNamed(manifests, 'shop', 'config')?.name, 'config')
  assert.equal(configMapNamed(manifests, 'other', 'config'), undefined)
})
