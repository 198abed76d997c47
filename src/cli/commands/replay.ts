import { setImmediate } from 'node:timers/promises'
import { audit } from '../../adapters/postgres/audit.ts'
import { verifyChain } from '../../adapters/postgres/event-log.ts'
import type { SqlDatabase } from '../../adapters/postgres/sql.ts'
import { digest } from '../../adapters/system/digest.ts'
import { CdbError } from '../../domain/errors.ts'
import { createEngine } from '../../engine/engine.ts'
import type { LogEntry } from '../../engine/journal.ts'
import { rederive } from '../../engine/rederive.ts'
import type { CliCommand, Terminal } from '../command.ts'
import { exitCodes, flagOption, textOption } from '../command.ts'
import { createProgress, progressBar } from '../progress.ts'
import { openStoredRun, withStoredDatabase } from '../stored-run.ts'

export const replay: CliCommand = {
  name: 'replay',
  summary: 'derive every decision of a run again and compare it with the log',
  help: `Usage: cdb replay --verify [--data DIR] [--recording FILE] [--json]

Checks the hash chain of the log in a data folder, runs the engine over the same market data and settings again,
compares every entry with the log, and checks that the books (orders, fills, positions, cash) follow from it.

Options:
  --verify          compare; without it nothing is done
  --data DIR        the data folder (default: cdb-data)
  --recording FILE  where the recording lies now, when it has been moved
  --json            print one JSON object

Exit codes: 0 all equal, 1 failed, 2 wrong usage, 4 a difference was found.

Examples:
  cdb replay --verify
  cdb replay --verify --data btc --json
`,
  options: {
    verify: { type: 'boolean' },
    data: { type: 'string', default: 'cdb-data' },
    recording: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(terminal, args) {
    if (!flagOption(args, 'verify') || args.positionals.length > 0) {
      throw new CdbError('CDB_USAGE', 'replay compares a stored run with what follows from its inputs', {
        mend: 'use: cdb replay --verify [--data DIR]',
      })
    }
    const folder = textOption(args, 'data') ?? 'cdb-data'
    const verdict = await withStoredDatabase(folder, (db) =>
      verify(terminal, db, textOption(args, 'recording')),
    )
    terminal.stdout.write(flagOption(args, 'json') ? `${JSON.stringify(verdict)}\n` : wordsOf(verdict))
    return verdict.ok ? exitCodes.ok : exitCodes.mismatch
  },
}

type Verdict = Readonly<{
  ok: boolean
  entries: number
  marketEvents: number
  journalHash: string
  /** The first difference; empty when there is none. */
  difference: string
}>

async function verify(terminal: Terminal, db: SqlDatabase, file: string | undefined): Promise<Verdict> {
  const progress = createProgress(terminal.stderr)
  let found = { entries: 0, marketEvents: 0, journalHash: '' }
  try {
    await verifyChain(db, digest)
    const { config, market, log } = await openStoredRun(db, file)
    const head = await log.head()
    found = { entries: head.logSeq, marketEvents: head.marketSeq, journalHash: head.hash }
    const derived: LogEntry[] = []
    const engine = createEngine(config, (entry) => derived.push(entry))
    const complete = await rederive({
      ...{ engine, derived, log, source: market.source, signal: terminal.signal },
      async onBatch({ marketSeq, marketSeqEnd }) {
        progress.update(progressBar(marketSeq, marketSeqEnd))
        await setImmediate()
      },
    }).finally(() => market.source.close())
    if (!complete) throw new CdbError('CDB_INTERRUPTED', 'the comparison was interrupted; nothing is known')
    const broken = (await audit(db)).find((result) => result.broken > 0)
    const difference = broken === undefined ? '' : `not so: ${broken.name}`
    return { ok: difference === '', ...found, difference }
  } catch (error) {
    if (!(error instanceof CdbError && error.code === 'CDB_LOG_DIVERGED')) throw error
    return { ok: false, ...found, difference: error.message }
  } finally {
    progress.end()
  }
}

function wordsOf({ ok, entries, marketEvents, journalHash, difference }: Verdict): string {
  if (!ok) return `different: ${difference}\n`
  return `ok: ${entries} log entries follow from ${marketEvents} market events\njournal hash ${journalHash}\n`
}
