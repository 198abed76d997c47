import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runAudit } from '../../../src/adapters/kubernetes/audit-outcome.ts'
import type { AuditOutcome } from '../../../src/adapters/kubernetes/audit-outcome.ts'
import { severities } from '../../../src/adapters/kubernetes/check.ts'
import { checks } from '../../../src/adapters/kubernetes/checks.ts'
import { readAuditedFolder } from '../../../src/cli/audited-folder.ts'

const fixtures = join(import.meta.dirname, 'fixtures')

async function auditOf(fixture: string, id: string | null): Promise<AuditOutcome> {
  const { input, given } = await readAuditedFolder(join(fixtures, fixture), {
    overlay: null,
    signal: new AbortController().signal,
  })
  const chosen = checks.filter((check) => id === null || check.id === id)
  return runAudit({ checks: chosen, input, given, live: new Map(), today: '2026-01-06' })
}

test('every check of the list is there once, in order, with a title and a severity', () => {
  const numbered = (letter: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`)
  assert.deepEqual(
    checks.map(({ id }) => id),
    [
      ...numbered('R', 10),
      ...numbered('W', 20),
      ...numbered('X', 27),
      ...numbered('S', 8),
      ...numbered('G', 18),
      ...numbered('D', 6),
    ],
  )
  for (const { id, title, severity } of checks) {
    assert.ok(title.length > 10 && severities.includes(severity), id)
  }
})

test('every check has a folder that it fails, and every folder a check', () => {
  const known = checks.map(({ id }) => id)
  for (const id of known) assert.ok(existsSync(join(fixtures, id)), `no fixture for ${id}`)
  const folders = readdirSync(fixtures).filter((name) => name !== 'valid')
  assert.deepEqual(folders.toSorted(), known.toSorted())
})

for (const { id, title } of checks) {
  test(`${id} fails where it is not so: ${title}`, async () => {
    const { results, findings } = await auditOf(id, id)
    const result = results.find((each) => each.id === id)
    assert.equal(result?.outcome, 'failed', result?.reason)
    for (const { message, mend } of findings) assert.ok(message.length > 3 && mend.length > 3)
  })
}

test('a folder in order passes every check', async () => {
  const { results, findings } = await auditOf('valid', null)
  assert.deepEqual(findings, [])
  const open = results.filter(({ id, outcome }) => outcome !== 'passed' && !id.startsWith('L'))
  assert.deepEqual(open, [])
})
