import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { saveReport } from '../../../src/adapters/system/report-folder.ts'
import { CdbError } from '../../../src/domain/errors.ts'

const scratch = mkdtempSync(join(tmpdir(), 'cdb-reports-'))
after(() => {
  rmSync(scratch, { recursive: true })
})

const report = { day: '2024-01-01', title: 'a day', markdown: '# a day\n', html: '<h1>a day</h1>' }

test('a report is two files, in a folder that is made for it; the same day again replaces them', async () => {
  const folder = join(scratch, 'made', 'here')
  await saveReport(folder, { ...report, markdown: 'before' })
  await saveReport(folder, report)
  assert.deepEqual(readdirSync(folder).sort(), ['2024-01-01.html', '2024-01-01.md'])
  assert.equal(readFileSync(join(folder, '2024-01-01.md'), 'utf8'), report.markdown)
  assert.equal(readFileSync(join(folder, '2024-01-01.html'), 'utf8'), report.html)
})

test('a folder that cannot be written to is named', async () => {
  const file = join(scratch, 'file')
  writeFileSync(file, '')
  await assert.rejects(saveReport(file, report), (error) => {
    assert(error instanceof CdbError)
    assert.equal(error.code, 'CDB_DATA_UNWRITABLE')
    assert.match(error.message, /2024-01-01.*file/)
    return true
  })
})
