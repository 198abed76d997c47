import assert from 'node:assert/strict'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createForgetfulState, openStateFile } from '../../../src/adapters/venue-simulator/state-file.ts'
import type { StateLine } from '../../../src/adapters/venue-simulator/state-file.ts'
import { price } from '../../../src/domain/decimal.ts'
import { inFolder } from '../recording/scratch.ts'
import { formOf } from './exchange-session.ts'

const lines: readonly StateLine[] = [
  { kind: 'market', startMs: 1 },
  // A client id that looks like a number must stay a text.
  {
    kind: 'order',
    orderId: 7,
    form: formOf({ clientOrderId: '12', price: price('0.5') }),
    placedMs: 2,
    isExternal: false,
  },
  { kind: 'post', clientOrderId: '5n', receivedMs: 3, isRefused: true },
]

test('what was appended is read again, amounts exactly', async () => {
  await inFolder((folder) => {
    const path = join(folder, 'state.jsonl')
    const file = openStateFile(path)
    for (const line of lines.slice(0, 2)) file.append(line)
    file.close()
    const again = openStateFile(path)
    assert.deepEqual(again.lines, lines.slice(0, 2))
    again.close()
    return Promise.resolve()
  })
})

test('a line that was cut off is dropped, and the next one is whole', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'state.jsonl')
    const file = openStateFile(path)
    file.append({ kind: 'market', startMs: 1 })
    file.close()
    await appendFile(path, '{"kind":"mar')
    const cut = openStateFile(path)
    cut.append({ kind: 'market', startMs: 2 })
    cut.close()
    const whole = openStateFile(path)
    assert.deepEqual(
      whole.lines.map((line) => (line.kind === 'market' ? line.startMs : null)),
      [1, 2],
    )
    whole.close()
  })
})

test('a file of something else is refused', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'state.jsonl')
    await writeFile(path, 'not json\n')
    assert.throws(() => openStateFile(path), { code: 'CDB_FILE_CORRUPT' })
    assert.throws(() => openStateFile(folder), { code: 'CDB_FILE_UNREADABLE' })
  })
})

test('a venue without a file forgets', () => {
  const state = createForgetfulState()
  state.append({ kind: 'market', startMs: 1 })
  state.close()
  assert.deepEqual(state.lines, [])
})
