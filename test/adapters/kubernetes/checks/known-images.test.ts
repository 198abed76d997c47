import assert from 'node:assert/strict'
import { test } from 'node:test'
import { knownImage } from '../../../../src/adapters/kubernetes/checks/known-images.ts'

test('PostgreSQL has another user on Alpine than on Debian, and a digest alone may mean either', () => {
  assert.deepEqual(knownImage('postgres:15.8-alpine')?.users, [70])
  assert.deepEqual(knownImage('docker.io/library/postgres:15.8-bookworm')?.users, [999])
  assert.deepEqual(knownImage('postgres@sha256:00')?.users, [999, 70])
})

test('an image by the same last name of other makers is not known', () => {
  assert.equal(knownImage('bitnami/redis:7.4'), undefined)
  assert.equal(knownImage('cdb-ws'), undefined)
})
