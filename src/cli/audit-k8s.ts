import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isGreen, runAudit } from '../adapters/kubernetes/audit-outcome.ts'
import type { AuditOutcome } from '../adapters/kubernetes/audit-outcome.ts'
import type { AuditInput } from '../adapters/kubernetes/check.ts'
import { checks } from '../adapters/kubernetes/checks.ts'
import { judgeCriteria } from '../adapters/kubernetes/criteria.ts'
import type { CriterionResult } from '../adapters/kubernetes/criteria.ts'
import { findKubectl } from '../adapters/kubernetes/kubectl.ts'
import { auditCluster } from '../adapters/kubernetes/live-audit.ts'
import { createAsk } from '../adapters/kubernetes/live-cluster.ts'
import { parseLiveRecord, recordedFindings } from '../adapters/kubernetes/live-record.ts'
import type { LiveRecord } from '../adapters/kubernetes/live-record.ts'
import { auditReport } from '../adapters/kubernetes/report.ts'
import { sarifOf } from '../adapters/kubernetes/sarif.ts'
import { digest } from '../adapters/system/digest.ts'
import { CdbError } from '../domain/errors.ts'
import { auditText, outcomeCounts } from './audit-table.ts'
import { programSearch, readAuditedFolder } from './audited-folder.ts'
import type { CliArgs, Terminal } from './command.ts'
import { exitCodes, flagOption, textOption } from './command.ts'
import { programVersion } from './program-version.ts'

/** `cdb audit k8s`: reads a folder, runs every static check, prints; the exit code says if it is green. */
export async function auditKubernetes(terminal: Terminal, args: CliArgs, now: Date): Promise<number> {
  const [, place = defaultFolder(), ...more] = args.positionals
  if (more.length > 0) throw usageError('audit k8s takes one folder')
  const isJson = flagOption(args, 'json')
  const isSarif = flagOption(args, 'sarif')
  if (isJson && isSarif) throw usageError('--json and --sarif exclude each other')
  const { input, given } = await readAuditedFolder(place, {
    overlay: textOption(args, 'overlay') ?? null,
    signal: terminal.signal,
  })
  const today = now.toISOString().slice(0, 10)
  const isLive = flagOption(args, 'live')
  const live = isLive
    ? await auditCluster(input, createAsk(await findKubectl(programSearch()), terminal.signal))
    : new Map<string, never>()
  const record = textOption(args, 'record')
  const recorded =
    record === undefined ? {} : { recorded: recordedFindings(readRecord(record), input, digest) }
  const outcome = runAudit({ checks, input, given, live, today, ...recorded })
  const criteria = judgeCriteria(outcome, input)
  const report = textOption(args, 'report')
  if (report !== undefined) {
    writeReport(report, auditReport({ input, outcome, criteria, today, version: programVersion() }))
    terminal.stderr.write(`cdb: the report is in ${report}\n`)
  }
  if (isJson) terminal.stdout.write(`${JSON.stringify(auditJson(input, outcome, criteria))}\n`)
  else if (isSarif) terminal.stdout.write(`${JSON.stringify(sarifOf(outcome, programVersion()), null, 2)}\n`)
  else terminal.stdout.write(auditText(outcome, criteria, terminal.isTTY))
  const strictness = { strict: flagOption(args, 'strict'), live: isLive }
  return isGreen(outcome, strictness) ? exitCodes.ok : exitCodes.failed
}

function readRecord(path: string): LiveRecord {
  try {
    return parseLiveRecord(readFileSync(path, 'utf8'), path)
  } catch (error) {
    if (error instanceof CdbError) throw error
    const mend = 'write it: npm run test:cluster -- --record FILE'
    throw new CdbError('CDB_FILE_MISSING', `the record ${path} cannot be read`, { mend, cause: error })
  }
}

const usageError = (message: string): CdbError =>
  new CdbError('CDB_USAGE', message, { mend: 'see: cdb audit --help' })

/** `k8s` of the working folder, else the one that comes with this program. */
function defaultFolder(): string {
  return existsSync('k8s') ? 'k8s' : join(import.meta.dirname, '..', '..', 'k8s')
}

/** What `--json` prints; docs/reference/audit.md lists the fields. */
const auditJson = (
  { folder, environments }: AuditInput,
  { results, findings, waived }: AuditOutcome,
  criteria: readonly CriterionResult[],
) => ({
  folder,
  overlays: environments,
  checks: results.length,
  ...outcomeCounts(results),
  findings,
  criteria,
  results,
  waivedFindings: waived.map(({ finding, waiver }) => ({
    ...finding,
    reason: waiver.reason,
    expires: waiver.expires,
  })),
})

function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw new CdbError('CDB_FILE_UNREADABLE', `the report cannot be written to ${path}: ${String(error)}`, {
      mend: 'name a file in a folder that is there and can be written',
      cause: error,
    })
  }
}
