import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  commandOf,
  hostsOfConfigMap,
  hostsOfContainer,
  hostsOfVariables,
  hostsOfWorkload,
} from '../../../../src/adapters/kubernetes/checks/host-references.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'

const config = `
apiVersion: v1
kind: ConfigMap
metadata: { name: config, namespace: shop }
data: { REDIS_HOST: redis, REDIS_PORT: '6379', app.yml: 'url: http://venue:8010' }
`
const manifests = sampleManifests(
  deploymentText({
    pod: 'volumes: [{ name: c, configMap: { name: config } }]',
    container: `args: [--db-host=db]
          env: [{ name: MAIL_URL, value: 'http://mail:25' }]
          envFrom: [{ configMapRef: { name: config } }]
          volumeMounts: [{ name: c, mountPath: /etc/app }]`,
  }) + config,
)
const [web] = workloadsOf(manifests)

test('a host takes the port that stands beside it', () => {
  assert.deepEqual(hostsOfVariables({ A_HOST: 'a', A_PORT: '1', B_HOST: 'b' }), [
    { host: 'a', port: 1, where: 'A_HOST' },
    { host: 'b', port: null, where: 'B_HOST' },
  ])
})

test('a ConfigMap names hosts in keys and files', () => {
  const found = manifests[1] && hostsOfConfigMap(manifests[1])
  assert.deepEqual(
    found?.map(({ host, where }) => `${where} ${host}`),
    ['REDIS_HOST redis', 'app.yml venue'],
  )
})

test('a container is told hosts by itself, a workload by every way', () => {
  const first = web?.containers[0]
  assert.ok(web && first)
  assert.deepEqual(
    hostsOfContainer(first).map(({ host }) => host),
    ['mail', 'db'],
  )
  assert.deepEqual(commandOf(first.value), ['--db-host=db'])
  const all = new Set(hostsOfWorkload(manifests, web).map(({ host }) => host))
  assert.deepEqual([...all].sort(), ['db', 'mail', 'redis', 'venue'])
})
