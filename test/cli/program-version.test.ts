import assert from 'node:assert/strict'
import { test } from 'node:test'
import { programVersion } from '../../src/cli/program-version.ts'

test('the version is three numbers', () => {
  assert.match(programVersion(), /^\d+\.\d+\.\d+$/)
})
