import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert, Command } from '../../src/domain/event.ts'
import { appendEvent, createJournal } from '../../src/engine/journal.ts'
import type { LogEntry } from '../../src/engine/journal.ts'
import type { EventLog } from '../../src/engine/ports.ts'
import { digest } from '../../src/adapters/system/digest.ts'

/** Where logs of one store come from; two of them are two writers. */
export type LogHarness = Readonly<{ open(): Promise<EventLog>; end(): Promise<void> }>

const alertOf = (message: string): Alert => ({
  kind: 'alert',
  eventMs: 1_700_000_000_000,
  level: 'info',
  code: 'NOTE',
  scope: 'global',
  message,
})

const commandOf = (id: string): Command => ({
  ...{ kind: 'command', id, eventMs: 1_700_000_000_000, action: 'halt', scope: 'global' },
  ...{ actor: 'operator', approver: '', reason: 'test', subject: '', value: '' },
})

/** A chain of entries, each at its own place of the tape. */
export function chainOf(count: number, word = 'entry'): readonly LogEntry[] {
  const journal = createJournal(digest)
  return Array.from({ length: count }, (_, index) =>
    appendEvent(journal, alertOf(`${word} ${index} "quoted" \u00fc \\`), {
      causeSeq: 0,
      marketSeq: index * 10,
    }),
  )
}

const conflict = { code: 'CDB_LOG_CONFLICT' }

type Check = (fact: string, body: (harness: LogHarness) => Promise<void>) => void

/** What every EventLog does; each adapter's test calls it. */
export function testEventLog(name: string, harness: () => Promise<LogHarness>): void {
  const check: Check = (fact, body) => {
    test(`${name}: ${fact}`, async () => {
      const stage = await harness()
      try {
        await body(stage)
      } finally {
        await stage.end()
      }
    })
  }
  testReading(check)
  testRefusals(check)
}

function testReading(check: Check): void {
  check('a new log is at zero with an empty hash', async ({ open }) => {
    const log = await open()
    assert.deepEqual(await log.head(), { marketSeq: 0, logSeq: 0, hash: '' })
    assert.deepEqual(await log.read(0, 10), [])
  })

  check('what was committed is read back as it was, by this writer and the next', async ({ open }) => {
    const entries = chainOf(5)
    const log = await open()
    await log.commit(entries.slice(0, 2), { marketSeq: 12, logSeq: 2 })
    await log.commit(entries.slice(2), { marketSeq: 50, logSeq: 5 })
    assert.deepEqual(await log.read(0, 100), entries)
    const next = await open()
    assert.deepEqual(await next.head(), { marketSeq: 50, logSeq: 5, hash: entries[4]?.hash })
    assert.deepEqual(await next.read(0, 100), entries)
  })

  check('reading begins after the number given and stops at the count', async ({ open }) => {
    const entries = chainOf(7)
    const log = await open()
    await log.commit(entries, { marketSeq: 70, logSeq: 7 })
    assert.deepEqual(await log.read(2, 3), entries.slice(2, 5))
    assert.deepEqual(await log.read(7, 3), [])
  })

  check('only commands that nothing on the log brought about are operator commands', async ({ open }) => {
    const log = await open()
    const journal = createJournal(digest)
    const given = [0, 1, 0].map((causeSeq, index) =>
      appendEvent(journal, commandOf(`c${index}`), { causeSeq, marketSeq: index }),
    )
    await log.commit(given, { marketSeq: 3, logSeq: 3 })
    assert.deepEqual(await log.operatorCommands(), [given[0], given[2]])
  })

  check('the cursor moves without entries', async ({ open }) => {
    const log = await open()
    await log.commit([], { marketSeq: 9, logSeq: 0 })
    assert.deepEqual(await (await open()).head(), { marketSeq: 9, logSeq: 0, hash: '' })
  })
}

function testRefusals(check: Check): void {
  check('a second writer is refused once the first has moved, and leaves nothing', async ({ open }) => {
    const [first, second] = [await open(), await open()]
    const entries = chainOf(2)
    await first.commit(entries.slice(0, 1), { marketSeq: 5, logSeq: 1 })
    await assert.rejects(second.commit(chainOf(1, 'other'), { marketSeq: 5, logSeq: 1 }), conflict)
    await assert.rejects(second.commit([], { marketSeq: 6, logSeq: 0 }), conflict)
    assert.deepEqual(await first.read(0, 10), entries.slice(0, 1))
    await first.commit(entries.slice(1), { marketSeq: 15, logSeq: 2 })
  })

  check('entries that leave a gap, repeat or do not chain are refused whole', async ({ open }) => {
    const log = await open()
    const entries = chainOf(4)
    const stranger = chainOf(2, 'other')
    await log.commit(entries.slice(0, 1), { marketSeq: 1, logSeq: 1 })
    await assert.rejects(log.commit(entries.slice(2, 3), { marketSeq: 2, logSeq: 3 }), conflict)
    await assert.rejects(log.commit(entries.slice(0, 1), { marketSeq: 2, logSeq: 1 }), conflict)
    await assert.rejects(log.commit(stranger.slice(1), { marketSeq: 2, logSeq: 2 }), conflict)
    await assert.rejects(log.commit(entries.slice(1, 3), { marketSeq: 2, logSeq: 4 }), conflict)
    assert.deepEqual(await log.head(), { marketSeq: 1, logSeq: 1, hash: entries[0]?.hash })
    assert.deepEqual(await log.read(0, 10), entries.slice(0, 1))
  })

  check('the cursor does not move back', async ({ open }) => {
    const log = await open()
    await log.commit([], { marketSeq: 9, logSeq: 0 })
    await assert.rejects(log.commit([], { marketSeq: 8, logSeq: 0 }), conflict)
  })
}
