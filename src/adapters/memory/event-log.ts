import { CdbError } from '../../domain/errors.ts'
import type { LogEntry } from '../../engine/journal.ts'
import type { Cursor, EventLog } from '../../engine/ports.ts'

/** What outlives a writer: the entries, and where the market data stood. */
export type LogStore = { entries: LogEntry[]; marketSeq: number }

export const createLogStore = (): LogStore => ({ entries: [], marketSeq: 0 })

/** The trading log in memory: for tests, and for runs that need not survive. */
export function openMemoryLog(store: LogStore): EventLog {
  let head = headOf(store)
  return {
    head: () => Promise.resolve(head),
    read: (afterSeq, countMax) => Promise.resolve(store.entries.slice(afterSeq, afterSeq + countMax)),
    operatorCommands: () =>
      Promise.resolve(
        store.entries.filter(({ causeSeq, event }) => causeSeq === 0 && event.kind === 'command'),
      ),
    commit(entries, cursor) {
      const now = headOf(store)
      const problem =
        now.logSeq !== head.logSeq || now.marketSeq !== head.marketSeq
          ? `the log is no longer at ${head.marketSeq}/${head.logSeq}`
          : problemOf(head, entries, cursor)
      if (problem !== null) {
        const mend = 'stop the other writer, then start again'
        return Promise.reject(new CdbError('CDB_LOG_CONFLICT', problem, { mend }))
      }
      store.entries.push(...entries)
      store.marketSeq = cursor.marketSeq
      head = headOf(store)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}

type Head = Cursor & Readonly<{ hash: string }>

const headOf = ({ entries, marketSeq }: LogStore): Head => ({
  marketSeq,
  logSeq: entries.length,
  hash: entries.at(-1)?.hash ?? '',
})

/** What is committed must begin where the log ends; null when it does. */
function problemOf(head: Head, entries: readonly LogEntry[], cursor: Cursor): string | null {
  let { hash, logSeq } = head
  for (const entry of entries) {
    if (entry.seq !== logSeq + 1 || entry.prevHash !== hash) {
      return `entry ${entry.seq} does not follow entry ${logSeq}, the log's newest`
    }
    logSeq = entry.seq
    hash = entry.hash
  }
  if (cursor.logSeq === logSeq && cursor.marketSeq >= head.marketSeq) return null
  return `cursor ${cursor.marketSeq}/${cursor.logSeq} is not after ${head.marketSeq}/${logSeq}`
}
