import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCampaign } from './campaign.ts'
import { rows } from './rows.ts'

const document = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operating', 'chaos.md'), 'utf8')

test('the document lists every row of the fault matrix that is done', () => {
  for (const { row, title } of rows) {
    assert.match(document, new RegExp(`^\\| ${row} +\\| ${title.replaceAll('.', '\\.')} +\\|$`, 'm'))
  }
})

test('killed, cut off and paused, two of each service lose no order and send none twice', async () => {
  const told: string[] = []
  const wanted = [2, 3, 5, 6, 22, 30, 43]
  const result = await runCampaign({
    seconds: 0,
    seed: 1,
    rate: 100,
    period: '500ms',
    rows: rows.filter(({ row }) => wanted.includes(row)),
    inOrder: true,
    onTold: (line) => told.push(line),
  })
  const { orders, fills, lost, doubled, violations, crashes } = result
  assert.deepEqual(
    { lost, doubled, violations, crashes },
    { lost: 0, doubled: 0, violations: [], crashes: [] },
  )
  assert(orders > 0 && fills > 0, `${orders} orders, ${fills} fills`)
  assert.deepEqual(
    told.filter((line) => line.includes('BROKEN')),
    [],
  )
})
