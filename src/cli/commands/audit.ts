import { readFile } from 'node:fs/promises'
import { auditData } from '../../adapters/postgres/audit-data.ts'
import { parseVenueLedger } from '../../adapters/postgres/audit-venue.ts'
import type { VenueLedger } from '../../adapters/postgres/audit-venue.ts'
import { openPostgres } from '../../adapters/postgres/connection.ts'
import { requireSchema } from '../../adapters/postgres/schema.ts'
import { digest } from '../../adapters/system/digest.ts'
import { CdbError } from '../../domain/errors.ts'
import { auditKubernetes } from '../audit-k8s.ts'
import type { CliArgs, CliCommand, Terminal } from '../command.ts'
import { exitCodes, flagOption, textOption } from '../command.ts'
import { databaseSettingsOf } from '../database-settings.ts'
import { textTable } from '../text-table.ts'

export const audit: CliCommand = {
  name: 'audit',
  summary: 'check manifests of Kubernetes, or that the data of the services keeps every invariant',
  help: `Usage: cdb audit k8s [DIR] [--overlay NAME] [--json|--sarif] [--report FILE] [--strict] [--live]
                     [--record FILE]
       cdb audit data [--venue-ledger FILE|URL] [--json]

k8s: builds every kustomization below DIR, or takes all its YAML as one build where there is none, and runs each
check of docs/reference/audit.md over it. DIR may be any folder of manifests; without it, k8s of the working folder
is taken, else the one that comes with this program. Nothing is fetched, and no cluster is asked but with --live.
A finding is waived in DIR/audit.yaml, for a reason and until a day.

data: reads the whole trading log from the database that DATABASE_URL names, derives orders, fills, positions and
limits from it again, compares them with the tables, and checks the invariants I1 to I18. With the ledger of the
venue, taken after both have come to rest, orders, trades and balances are compared with it too.

Options:
  --overlay NAME           k8s: the one environment to look at (default: all below overlays)
  --report FILE            k8s: also write the audit report, as Markdown
  --sarif                  k8s: print SARIF 2.1.0, for code scanning
  --live                   k8s: also ask the cluster of the kubeconfig whether it takes the builds, and whether
                           what is deployed is ready; nothing is changed there
  --record FILE            k8s: take what "npm run test:cluster -- --record FILE" wrote for the checks that need a
                           cluster, if it is of the same manifests
  --strict                 k8s: any finding fails, not only blocker and high
  --venue-ledger FILE|URL  data: the venue's ledger as JSON: orders, trades, balances
  --json                   print one JSON object. k8s: checks, passed, failed, waived, notRun, findings, criteria,
                           results; data: invariants, each with id, ok and detail

Exit codes: 0 all is well, 1 something grave is wrong, could not be looked at, or the audit failed, 2 wrong usage.

Examples:
  cdb audit k8s
  cdb audit k8s deploy/manifests --overlay prod --report AUDIT_REPORT.md
  cdb audit data --json --venue-ledger http://127.0.0.1:8090/ledger
`,
  options: {
    overlay: { type: 'string' },
    report: { type: 'string' },
    sarif: { type: 'boolean' },
    strict: { type: 'boolean' },
    live: { type: 'boolean' },
    record: { type: 'string' },
    'venue-ledger': { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(terminal, args) {
    const [what = ''] = args.positionals
    if (what !== 'k8s' && what !== 'data') {
      throw new CdbError('CDB_USAGE', 'audit checks manifests, or the data', {
        mend: 'use: cdb audit k8s, or cdb audit data',
      })
    }
    const foreign = FOREIGN[what].find((name) => args.values[name] !== undefined)
    if (foreign !== undefined) {
      throw new CdbError('CDB_USAGE', `audit ${what} has no option --${foreign}`, {
        mend: 'see: cdb audit --help',
      })
    }
    if (what === 'k8s') return auditKubernetes(terminal, args, new Date())
    if (args.positionals.length > 1) {
      throw new CdbError('CDB_USAGE', 'audit data takes no folder', { mend: 'use: cdb audit data' })
    }
    return auditDatabase(terminal, args)
  },
}

/** Options of the other kind of audit. */
const FOREIGN = { k8s: ['venue-ledger'], data: ['overlay', 'report', 'sarif', 'strict', 'live'] } as const

async function auditDatabase(terminal: Terminal, args: CliArgs): Promise<number> {
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
