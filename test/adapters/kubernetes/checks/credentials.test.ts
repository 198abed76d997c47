import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  credentialChecks,
  credentialsIn,
  entropyOf,
  isRandom,
} from '../../../../src/adapters/kubernetes/checks/credentials.ts'
import { sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf, problemsOf } from '../check-run.ts'

const found = (text: string): readonly string[] => messagesOf(credentialChecks, 'S02', text)
const config = (data: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: c, namespace: shop }
data: ${data}
---
`
const whatIn = (text: string): readonly string[] => credentialsIn(text).map(({ what }) => what)

// Written in parts, so that this file holds none of what it looks for.
const RANDOM = ['f3Kq9', 'Zr2Lx7', 'Vw4Tn8'].join('')

test('paths, names and placeholders are no credentials', () => {
  const data =
    '{ DATABASE_PASSWORD_FILE: /run/secrets/p, TOKEN: "${TOKEN}", SECRET: CHANGE_ME, secretName: db, PASSWORD: "" }'
  assert.deepEqual(found(config(data)), [])
  assert.deepEqual(
    found(deploymentText({ container: "args: ['--password', $(PASSWORD), --token-file=/x]" })),
    [],
  )
})

test('a variable that is called a password holds none', () => {
  assert.deepEqual(found(config('{ REDIS_PASSWORD: hunter2 }')), [
    'REDIS_PASSWORD is a credential in plain text',
  ])
  assert.deepEqual(found(deploymentText({ container: 'env: [{ name: API_KEY, value: abc }]' })), [
    'API_KEY is a credential in plain text',
  ])
})

test('arguments and addresses hold none', () => {
  assert.deepEqual(found(deploymentText({ container: 'args: [--requirepass, hunter2]' })), [
    'argument --requirepass is a credential in plain text',
  ])
  assert.deepEqual(found(config('{ app.yml: "url: redis://user:hunter2@redis:6379" }')), [
    'app.yml holds a password in an address',
  ])
  assert.deepEqual(
    whatIn('postgres://cdb_ws@postgresql:5432/cdb postgres://u:$PASSWORD@h redis://u:<x>@h'),
    [],
  )
})

test('forms of keys and tokens are known', () => {
  const key = ['-----BEGIN RSA PRIV', 'ATE KEY-----'].join('')
  assert.deepEqual(whatIn(key), ['a private key'])
  assert.deepEqual(whatIn(['x AKIA', 'ABCDEFGHIJKLMNOP y'].join('')), ['a key of AWS'])
  assert.deepEqual(whatIn(['ghp', 'a1B2'.repeat(9)].join('_')), ['a token of GitHub'])
  assert.deepEqual(whatIn('-----BEGIN CERTIFICATE-----'), [])
})

test('a random value of a telling name is found in any file, with its line', () => {
  const files = [{ path: 'GUIDE.md', text: `# Guide\npassword: ${RANDOM}\n` }]
  const [problem, ...more] = problemsOf(credentialChecks, 'S02', sampleInput('', { files }))
  assert.deepEqual(
    [problem?.file, problem?.line, problem?.message, more.length],
    [...['GUIDE.md', 2, 'the line holds a value of password', 0]],
  )
})

test('words, names of keys, commands and sealed values are not random', () => {
  assert.ok(isRandom(RANDOM))
  for (const text of [
    'database-password-ws',
    'redis-password',
    '$(openssl',
    'correct horse',
    'short1a',
    '/run/secrets/x',
  ]) {
    assert.ok(!isRandom(text), text)
  }
  assert.ok(!isRandom(`Ag${'aB3'.repeat(150)}`))
  assert.deepEqual(
    whatIn('kubectl create secret generic x --from-literal=password="$(openssl rand -hex 32)"'),
    [],
  )
})

test('entropy is in bits a character', () => {
  assert.equal(entropyOf('aaaa'), 0)
  assert.equal(entropyOf('abcd'), 2)
})
