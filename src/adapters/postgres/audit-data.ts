import { CdbError } from '../../domain/errors.ts'
import { instrumentOf } from '../../domain/instruments.ts'
import type { Digest } from '../../engine/ports.ts'
import { createAuditFindings } from './audit-findings.ts'
import type { AuditFindings, InvariantResult } from './audit-findings.ts'
import { auditEntry, createLogFold } from './audit-log.ts'
import type { AuditedRun, LogFold } from './audit-log.ts'
import { auditEnd, auditTables } from './audit-tables.ts'
import { auditVenue } from './audit-venue.ts'
import type { VenueLedger } from './audit-venue.ts'
import { numberAt, textAt } from './sql.ts'
import type { Sql, SqlDatabase } from './sql.ts'
import { readTradingEntries, verifyTradingChain } from './trading-log.ts'

const PAGE = 2_000

/**
 * Audits the invariants I1 to I18 on what the database holds, in one transaction that sees one moment of
 * it. With the ledger of the venue, read after both have come to rest, the books are compared with it as
 * well. Throws CDB_DATA_FOREIGN where services have not begun a run.
 */
export function auditData(
  db: SqlDatabase,
  digest: Digest,
  ledger: VenueLedger | null,
): Promise<readonly InvariantResult[]> {
  return db.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read')
    const findings = createAuditFindings()
    const fold = createLogFold(await readRun(tx))
    describeAll(findings, ledger !== null)
    await auditChain(tx, digest, findings)
    if (await foldLog(tx, fold, findings)) {
      auditEnd(fold, findings, await readRiskSeq(tx))
      await auditTables(tx, digest, fold, findings)
      if (ledger !== null) auditVenue(ledger, fold, findings)
    }
    return findings.results()
  })
}

async function readRun(tx: Sql): Promise<AuditedRun> {
  const [row] = await tx.query(
    `select account, instrument, base_asset, quote_asset, cash_start::text as cash from run
     where exists (select from partition where role = 'trading' and p = 0)`,
  )
  if (row === undefined) {
    throw new CdbError('CDB_DATA_FOREIGN', 'no services have begun a run in the database', {
      mend: 'check DATABASE_URL; a data folder of cdb up is checked by: cdb doctor',
    })
  }
  const limits = await tx.query('select param, coalesce(value_start, value) as value from limits')
  return {
    account: textAt(row, 'account'),
    instrument: {
      ...instrumentOf(textAt(row, 'instrument')),
      base: textAt(row, 'base_asset'),
      quote: textAt(row, 'quote_asset'),
    },
    cash: textAt(row, 'cash'),
    limits: new Map(limits.map((limit) => [textAt(limit, 'param'), textAt(limit, 'value')])),
  }
}

async function readRiskSeq(tx: Sql): Promise<number> {
  const [row] = await tx.query(`select seq from cursor where consumer = 'risk' and p = 0`)
  return row === undefined ? 0 : numberAt(row, 'seq')
}

async function auditChain(tx: Sql, digest: Digest, findings: AuditFindings): Promise<void> {
  let problem = ''
  try {
    const count = await verifyTradingChain(tx, digest)
    findings.describe('I17', `${count} entries carry the hash of their content and of the one before`)
  } catch (error) {
    if (!(error instanceof CdbError)) throw error
    problem = error.message
  }
  findings.check('I17', problem === '', () => problem)
}

/** False when an entry cannot be read: what follows from the rest would say nothing. */
async function foldLog(tx: Sql, fold: LogFold, findings: AuditFindings): Promise<boolean> {
  let afterSeq = 0
  try {
    for (;;) {
      const entries = await readTradingEntries(tx, afterSeq, PAGE)
      for (const entry of entries) auditEntry(fold, findings, entry)
      afterSeq = entries.at(-1)?.seq ?? afterSeq
      if (entries.length < PAGE) return true
    }
  } catch (error) {
    if (!(error instanceof CdbError)) throw error
    findings.check('I17', false, () => `an entry after ${afterSeq} cannot be read: ${error.message}`)
    return false
  }
}

const looks: readonly (readonly [string, string])[] = [
  ['I1', 'one approval a slot, one submission an order'],
  ['I2', 'no report of an order before its submission'],
  ['I3', 'no order waits more than 120 s for its answer'],
  ['I4', 'fills are those of the log, each trade once'],
  ['I5', 'position, cash and fees are the sums of the fills'],
  ['I6', 'the log has no gap, and consumers are within it'],
  ['I7', 'epochs of a writer never go back or ahead of its lease'],
  ['I8', 'buckets hold what is open, and no approval passed its limit'],
  ['I9', 'nothing is submitted in a halted scope, and what a halt found open is canceled'],
  ['I10', 'the wire holds nothing that these checks need; that it can be lost is shown by npm run chaos'],
  ['I11', 'every order comes from its decision, every report from an order'],
  ['I12', 'orders, positions, kill states and snapshots follow from the log'],
  ['I13', 'an unknown order is never called rejected, and given up only in time'],
  ['I14', 'no order moves after its end, and late fills are told'],
  ['I15', 'entries were approved by fresh marks'],
  ['I16', 'everything is of the one account and instrument of the run'],
  ['I18', 'every command has its actor, every limit its command'],
]

function describeAll(findings: AuditFindings, hasLedger: boolean): void {
  for (const [id, what] of looks) findings.describe(id, what)
  if (!hasLedger) return
  for (const id of ['I1', 'I2', 'I3', 'I4', 'I5']) findings.describe(id, 'as the ledger of the venue has it')
}
