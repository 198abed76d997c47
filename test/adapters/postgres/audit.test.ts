import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { invariants } from '../../../src/adapters/postgres/audit.ts'

test('the document of the data folder lists every check, in order', () => {
  const text = readFileSync(new URL('../../../docs/reference/data-folder.md', import.meta.url), 'utf8')
  const listed = [...text.matchAll(/^\d+\. (.*)$/gm)].map(([, name]) => name)
  assert.deepEqual(
    listed,
    invariants.map(({ name }) => name),
  )
})
