import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  contractOf,
  secretContractChecks,
} from '../../../../src/adapters/kubernetes/checks/secret-contract.ts'
import type { ValueRecord } from '../../../../src/adapters/kubernetes/value.ts'
import { sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf, serviceText } from '../check-run.ts'

const mounts = (key: string | null, secret = 'keys'): string => {
  const items = key === null ? '' : `, items: [{ key: ${key}, path: p }]`
  return `volumes: [{ name: s, secret: { secretName: ${secret}${items} } }]`
}
const found = (id: string, text: string, contract?: ValueRecord): readonly string[] => {
  const settings = contract === undefined ? {} : { secrets: { keys: contract } }
  return messagesOf(secretContractChecks, id, sampleInput(text, { settings }))
}
const web = (pod: string, container = ''): string => deploymentText({ pod, container })
const CONTRACT = { keys: { a: ['web'], b: ['mail'] } }

test('single keys that are meant for a workload pass', () => {
  assert.deepEqual(found('S04', web(mounts('a')), CONTRACT), [])
  assert.deepEqual(found('S04', web(mounts('a'))), [])
})

test('a key that is meant for another, and every key at once, are told', () => {
  assert.deepEqual(found('S04', web(mounts('b')), CONTRACT), [
    'gets key b of Secret keys, which is meant for mail',
  ])
  assert.deepEqual(found('S04', web(mounts(null)), CONTRACT), ['mounts every key of Secret keys'])
  assert.deepEqual(found('S04', web('', 'envFrom: [{ secretRef: { name: keys } }]')), [
    'container main takes every key of Secret keys into its environment',
  ])
})

test('certificates, Secrets of one key, and those that are meant whole, may be mounted whole', () => {
  assert.deepEqual(found('S04', web(mounts(null, 'web-tls'))), [])
  assert.deepEqual(found('S04', web(mounts(null)), { keys: ['a'] }), [])
  assert.deepEqual(found('S04', web(mounts(null)), { keys: { a: ['web'], b: ['web'] } }), [])
})

test('secrets in the environment are told, files are not', () => {
  const env = 'env: [{ name: X, valueFrom: { secretKeyRef: { name: keys, key: a } } }]'
  assert.deepEqual(found('S05', web('', env)), ['container main has a of Secret keys in its environment'])
  assert.deepEqual(found('S05', web(mounts('a'))), [])
})

test('two components with one key share a credential', () => {
  const mail = deploymentText({ name: 'mail', pod: mounts('a') })
  assert.deepEqual(found('S06', web(mounts('a')) + mail), [
    'shares key a of Secret keys with others: web, mail',
  ])
  assert.deepEqual(found('S06', web(mounts('a')) + mail.replace('key: a', 'key: b')), [])
  assert.equal(found('S06', web(mounts(null)) + mail, CONTRACT).length, 1)
})

test('the server that checks a password has it too, when the other talks to it', () => {
  const db =
    deploymentText({ name: 'db', pod: mounts('a') }).replace('shop/db:1.2.3', 'postgres:15') +
    serviceText('db', 'port: 5432')
  const user = web(mounts('a'), "env: [{ name: DB_URL, value: 'postgres://db/x' }]")
  assert.deepEqual(found('S06', db + user), [])
  assert.deepEqual(found('S06', db + web(mounts('a'))), [
    'uses key a of Secret keys, the credential of db, which it does not talk to',
  ])
})

test('the settings may name who sets passwords', () => {
  const job = deploymentText({ name: 'migrate', pod: mounts('a') })
  const contract = { keys: { a: ['web', 'migrate'] }, issuers: ['migrate'] }
  assert.deepEqual(found('S06', job + web(mounts('a')), contract), [])
  assert.equal(found('S06', job + web(mounts('a'))).length, 1)
})

test('a contract lists keys, with users or without', () => {
  const input = sampleInput('', { settings: { secrets: { a: { keys: ['x'] }, b: CONTRACT } } })
  assert.deepEqual(contractOf(input, 'a')?.keys, ['x'])
  assert.equal(contractOf(input, 'a')?.users('x'), undefined)
  assert.deepEqual(contractOf(input, 'b-8h2bk4m9tc')?.users('b'), ['mail'])
  assert.equal(contractOf(input, 'c'), null)
})
