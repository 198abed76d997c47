import { readFile } from 'node:fs/promises'
import { auditData } from '../../adapters/postgres/audit-data.ts'
import { parseVenueLedger } from '../../adapters/postgres/audit-venue.ts'
import type { VenueLedger } from '../../adapters/postgres/audit-venue.ts'
import { openPostgres } from '../../adapters/postgres/connection.ts'
import { requireSchema } from '../../adapters/postgres/schema.ts'
import { digest } from '../../adapters/system/digest.ts'
import { CdbError } from '../../domain/errors.ts'
import type { CliCommand } from '../command.ts'
import { exitCodes, flagOption, textOption } from '../command.ts'
import { databaseSettingsOf } from '../database-settings.ts'
import { textTable } from '../text-table.ts'

export const audit: CliCommand = {
  name: 'audit',
  summary: 'check that the data of the services keeps every invariant',
  help: `Usage: cdb audit data [--venue-ledger FILE|URL] [--json]

Reads the whole trading log from the database that DATABASE_URL names, derives orders, fills, positions and limits
from it again, compares them with the tables, and checks the invariants I1 to I18. With the ledger of the venue,
taken after both have come to rest, orders, trades and balances are compared with it too.

Options:
  --venue-ledger FILE|URL  the venue's ledger as JSON: orders, trades, balances
  --json                   print one JSON object: invariants, each with id, ok and detail

Exit codes: 0 all hold, 1 one does not or the audit failed, 2 wrong usage.

Examples:
  cdb audit data
  cdb audit data --json --venue-ledger http://127.0.0.1:8090/ledger
`,
  options: { 'venue-ledger': { type: 'string' }, json: { type: 'boolean' } },
  async run(terminal, args) {
    if (args.positionals.length !== 1 || args.positionals[0] !== 'data') {
      throw new CdbError('CDB_USAGE', 'audit checks the data', { mend: 'use: cdb audit data' })
    }
    const place = textOption(args, 'venue-ledger')
    const ledger = place === undefined ? null : await readLedger(place, terminal.signal)
    const db = await openPostgres(databaseSettingsOf(process.env, 'cdb audit'))
    try {
      await requireSchema(db)
      const invariants = await auditData(db, digest, ledger)
      const rows = invariants.map(({ id, ok, detail }) => [id, ok ? 'ok' : 'BROKEN', detail])
      const words = `${textTable(rows).join('\n')}\n`
      terminal.stdout.write(flagOption(args, 'json') ? `${JSON.stringify({ invariants })}\n` : words)
      return invariants.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed
    } finally {
      await db.close()
    }
  },
}

async function readLedger(place: string, signal: AbortSignal): Promise<VenueLedger> {
  try {
    const isUrl = /^https?:/.test(place)
    const text = isUrl ? await (await fetch(place, { signal })).text() : await readFile(place, 'utf8')
    return parseVenueLedger(text)
  } catch (error) {
    if (error instanceof CdbError) throw error
    throw new CdbError('CDB_FILE_UNREADABLE', `the venue ledger ${place} cannot be read: ${String(error)}`, {
      mend: 'check --venue-ledger',
      cause: error,
    })
  }
}
