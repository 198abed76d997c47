import { CdbError } from '../../domain/errors.ts'
import type { Digest } from '../../engine/ports.ts'
import type { RatedProblem } from './audit-outcome.ts'
import type { AuditInput, SourceFile } from './check.ts'
import { liveChecks } from './live-checks.ts'
import { at, isRecord, listAt, textAt } from './value.ts'
import type { Value } from './value.ts'

/** How the tests of a live check ended, by title. */
export type RecordedTest = Readonly<{ title: string; outcome: (typeof OUTCOMES)[number] }>

/** What a run of `npm run test:cluster -- --record FILE` writes. */
export type LiveRecord = Readonly<{
  /** `YYYY-MM-DD`. */
  date: string
  /** Of the API server, `v1.35.8`. */
  kubernetes: string
  /** Digest of the folder of manifests that was tested. */
  manifests: string
  /** By live check. */
  checks: Readonly<Record<string, readonly RecordedTest[]>>
}>

/** What live checks found, by id, and why the others were not run. */
export type LiveFindings = Readonly<{
  problems: ReadonlyMap<string, readonly RatedProblem[]>
  /** What a check that was not asked now is known by. */
  evidence: string | null
  absent: string
}>

const OUTCOMES = ['passed', 'failed', 'skipped'] as const
const MEND = 'write it anew: npm run test:cluster -- --record FILE'

/** SHA-256 over every file of a folder but its pages, which change nothing that runs. */
export const manifestsDigest = (files: readonly SourceFile[], digest: Digest): string =>
  digest(
    files
      .filter(({ path }) => !path.endsWith('.md'))
      .map(({ path, text }) => `${path}\n${digest(text)}\n`)
      .join(''),
  )

/** Reads a record. Throws CDB_FILE_CORRUPT for what is none; `label` names it then. */
export function parseLiveRecord(text: string, label: string): LiveRecord {
  const value = jsonOf(text)
  const [date, kubernetes, manifests] = ['date', 'kubernetes', 'manifests'].map((key) => textAt(value, key))
  const checks = at(value, 'checks')
  if (date === undefined || kubernetes === undefined || manifests === undefined || !isRecord(checks)) {
    throw new CdbError('CDB_FILE_CORRUPT', `${label} is no record of the cluster tests`, { mend: MEND })
  }
  return {
    ...{ date, kubernetes, manifests },
    checks: Object.fromEntries(
      Object.keys(checks).map((id) => [id, listAt(checks, id).map((test) => testOf(test, label))]),
    ),
  }
}

function testOf(value: Value, label: string): RecordedTest {
  const [title, outcome] = [textAt(value, 'title'), OUTCOMES.find((each) => each === at(value, 'outcome'))]
  if (title !== undefined && outcome !== undefined) return { title, outcome }
  throw new CdbError('CDB_FILE_CORRUPT', `${label} has a test without a title or an outcome`, { mend: MEND })
}

function jsonOf(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value
  } catch {
    return undefined
  }
}

/**
 * What a record says of the live checks of a folder. A check of which a test was left out, or that no test is
 * of, was not run; a record of other manifests says nothing.
 */
export function recordedFindings(record: LiveRecord, input: AuditInput, digest: Digest): LiveFindings {
  if (record.manifests !== manifestsDigest(input.files, digest)) {
    return { problems: new Map(), evidence: null, absent: 'the record is of other manifests' }
  }
  const whole = liveChecks.filter(({ id }) => {
    const tests = record.checks[id] ?? []
    return tests.length > 0 && tests.every(({ outcome }) => outcome !== 'skipped')
  })
  return {
    problems: new Map(whole.map(({ id }) => [id, (record.checks[id] ?? []).flatMap(problemOf)])),
    evidence: `cluster tests of ${record.date} on Kubernetes ${record.kubernetes}`,
    absent: 'the record has no whole run of it',
  }
}

const problemOf = ({ title, outcome }: RecordedTest): readonly RatedProblem[] =>
  outcome === 'failed'
    ? [{ object: '', message: `a cluster test failed: ${title}`, mend: 'npm run test:cluster says more' }]
    : []
