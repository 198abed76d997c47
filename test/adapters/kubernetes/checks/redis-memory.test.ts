import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redisFaults } from '../../../../src/adapters/kubernetes/checks/redis-memory.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleBuild } from '../audit-sample.ts'

const redisText = (rest: string, claim = 'volumeClaimTemplates: [{ metadata: { name: data } }]'): string => `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: redis, namespace: shop }
spec:
  ${claim}
  template:
    spec:
      volumes: [{ name: config, configMap: { name: config } }]
      containers:
        - { name: redis, image: "redis:7.4", resources: { limits: { memory: 512Mi } }, ${rest} }
---
`
const configText = (lines: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: config, namespace: shop }
data: { redis.conf: ${JSON.stringify(lines)} }`

const messagesOf = (text: string): readonly string[] => {
  const build = sampleBuild(text)
  return workloadsOf(build.manifests).flatMap((workload) =>
    workload.containers.flatMap((container) =>
      redisFaults(container, workload, build).map(({ message }) => message),
    ),
  )
}

test('a Redis that refuses, writes a log and leaves room has no faults', () => {
  const options = 'args: [--maxmemory, 300mb, --maxmemory-policy, noeviction, --appendonly, "yes"]'
  assert.deepEqual(messagesOf(redisText(options)), [])
  const file =
    redisText('args: [/etc/redis/redis.conf]') + configText('# memory\nmaxmemory 300mb\nappendonly yes\n')
  assert.deepEqual(messagesOf(file), [])
})

test('eviction, snapshots only and no room are faults of a Redis with a claim', () => {
  const text = redisText('command: [sh, -c, "redis-server --maxmemory 450mb --maxmemory-policy allkeys-lru"]')
  assert.deepEqual(messagesOf(text), [
    'Redis keeps data and evicts it when its memory is full (allkeys-lru)',
    'Redis keeps data and loses what came after its last snapshot',
    'Redis takes 450mb of a limit of "512Mi", and is killed at it',
  ])
  assert.match(messagesOf(redisText('args: [--appendonly, "yes"]')).join(), /takes any memory/)
})

test('units are those of Redis', () => {
  const told = (memory: string) =>
    messagesOf(redisText(`args: [--appendonly, "yes", --maxmemory, "${memory}"]`))
  for (const memory of ['300m', '300000000', '307200kb']) assert.deepEqual(told(memory), [], memory)
  for (const memory of ['1gb', '0', '524288kb']) assert.equal(told(memory).length, 1, memory)
})

test('a Redis without a claim is a cache', () => {
  assert.deepEqual(messagesOf(redisText('args: [--maxmemory-policy, allkeys-lru]', '')), [])
})
