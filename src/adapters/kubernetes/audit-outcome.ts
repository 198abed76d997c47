import { CdbError } from '../../domain/errors.ts'
import { severities } from './check.ts'
import type { AuditInput, Check, Problem, Severity } from './check.ts'
import { liveChecks } from './live-checks.ts'
import type { LiveFindings } from './live-record.ts'
import { isWaived, waiverFault, waiversOf } from './waivers.ts'
import type { Waiver } from './waivers.ts'
import { findSource } from './source-of.ts'

/** A problem as it is told: with its check, and with a place where one is known. */
export type Finding = Readonly<{
  id: string
  severity: Severity
  file: string | null
  /** From 1; 0 where it is not known. */
  line: number
  object: string
  message: string
  mend: string
}>

/** A problem that weighs other than its check. */
export type RatedProblem = Problem & Readonly<{ severity?: Severity }>

export type Outcome = 'passed' | 'failed' | 'waived' | 'notRun'

export type CheckResult = Readonly<{
  id: string
  severity: Severity
  title: string
  outcome: Outcome
  /** Why it was not run. */
  reason?: string
  /** What it is known by where it was not run now. */
  evidence?: string
}>

export type AuditOutcome = Readonly<{
  results: readonly CheckResult[]
  /** What is wrong, the worst first; waived findings are not among them. */
  findings: readonly Finding[]
  waived: readonly Readonly<{ finding: Finding; waiver: Waiver }>[]
}>

export type AuditPlan = Readonly<{
  checks: readonly Check[]
  input: AuditInput
  /** Problems that were met on the way to the input, by the check that tells them. */
  given: ReadonlyMap<string, readonly RatedProblem[]>
  /** What live checks found, by id; one that is not there was not run. */
  live: ReadonlyMap<string, readonly RatedProblem[]>
  /** What was recorded of them before, for those that are not there. */
  recorded?: LiveFindings
  /** `YYYY-MM-DD`, for waivers. */
  today: string
}>

/** Problems of one check that are told one by one. */
const FINDINGS_MAX = 200

/** The two checks of the audit on itself. */
const ownChecks: readonly Omit<CheckResult, 'outcome'>[] = [
  { id: 'A01', severity: 'high', title: 'Every waiver has a reason and a day of expiry that is not past' },
  { id: 'A02', severity: 'low', title: 'Every waiver waives something' },
]

const NO_CLUSTER = 'asks for a cluster'

/** Runs every check over the input. A check that breaks is told as one that was not run. */
export function runAudit(plan: AuditPlan): AuditOutcome {
  const { checks, input, given, today } = plan
  const found = [
    ...checks.map((check) => runCheck(check, input, given.get(check.id) ?? [])),
    ...liveChecks.map((check) => liveResult(check, plan)),
  ]
  const waivers = waiversOf(input.settings)
  const valid = waivers.filter((waiver) => waiverFault(waiver, today) === null)
  const waived = found.flatMap(({ findings }) =>
    findings.flatMap((finding) => {
      const waiver = valid.find((each) => isWaived(finding, each))
      return waiver === undefined ? [] : [{ finding, waiver }]
    }),
  )
  const covered = new Set(waived.map(({ finding }) => finding))
  const own = ownFindings(waivers, today, new Set(waived.map(({ waiver }) => waiver)), checks)
  const open = [...found.flatMap(({ findings }) => findings), ...own].filter((each) => !covered.has(each))
  return {
    results: [
      ...found.map(({ check: { id, severity, title }, findings, reason, evidence }) => ({
        ...{ id, severity, title },
        ...outcomeOf(findings, covered, reason),
        ...(evidence === undefined ? {} : { evidence }),
      })),
      ...ownChecks.map((check) => ({
        ...check,
        ...outcomeOf(
          own.filter(({ id }) => id === check.id),
          covered,
          null,
        ),
      })),
    ],
    findings: open.toSorted((left, right) => rankOf(left.severity) - rankOf(right.severity)),
    waived,
  }
}

const rankOf = (severity: Severity): number => severities.indexOf(severity)

type Facts = Pick<CheckResult, 'id' | 'severity' | 'title'>
type Found = Readonly<{
  check: Facts
  findings: readonly Finding[]
  reason: string | null
  evidence?: string
}>

/** What the cluster says now, else what a record says of it. */
function liveResult(check: Facts, { live, recorded, input }: AuditPlan): Found {
  const now = live.get(check.id)
  if (now !== undefined) return { check, findings: findingsOf(check, now, input), reason: null }
  const before = recorded?.problems.get(check.id)
  if (recorded === undefined || before === undefined) {
    return { check, findings: [], reason: recorded?.absent ?? NO_CLUSTER }
  }
  const evidence = recorded.evidence === null ? {} : { evidence: recorded.evidence }
  return { check, findings: findingsOf(check, before, input), reason: null, ...evidence }
}

function runCheck(check: Check, input: AuditInput, given: readonly RatedProblem[]): Found {
  try {
    const problems = [...given, ...check.run(input)]
    return { check, findings: findingsOf(check, problems, input), reason: null }
  } catch (error) {
    const isOperating = error instanceof CdbError
    const reason = isOperating ? `${error.message}; ${error.mend}` : `the check broke: ${String(error)}`
    return { check, findings: findingsOf(check, given, input), reason }
  }
}

function findingsOf(
  { id, severity }: Facts,
  problems: readonly RatedProblem[],
  input: AuditInput,
): readonly Finding[] {
  const findings = problems.map((problem) => {
    const source =
      problem.file === null || problem.file === undefined ? findSource(problem.object, input) : null
    return {
      ...{ id, severity: problem.severity ?? severity, object: problem.object },
      file: problem.file ?? source?.file ?? null,
      line: problem.line ?? source?.line ?? 0,
      ...{ message: problem.message, mend: problem.mend },
    }
  })
  const each = [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()]
  if (each.length <= FINDINGS_MAX) return each
  const message = `and ${each.length - FINDINGS_MAX} findings more of this check`
  const rest = { file: null, line: 0, object: '', message, mend: 'mend those above, then audit again' }
  return [...each.slice(0, FINDINGS_MAX), { id, severity, ...rest }]
}

function outcomeOf(
  findings: readonly Finding[],
  covered: ReadonlySet<Finding>,
  reason: string | null,
): Pick<CheckResult, 'outcome' | 'reason'> {
  if (findings.some((finding) => !covered.has(finding))) return { outcome: 'failed' }
  if (reason !== null) return { outcome: 'notRun', reason }
  return { outcome: findings.length > 0 ? 'waived' : 'passed' }
}

function ownFindings(
  waivers: readonly Waiver[],
  today: string,
  used: ReadonlySet<Waiver>,
  checks: readonly Check[],
): readonly Finding[] {
  const ids = new Set([...checks, ...liveChecks].map(({ id }) => id))
  return waivers.flatMap((waiver): Finding | readonly Finding[] => {
    const place = { file: 'audit.yaml', line: 0, object: `waiver of ${waiver.check} for ${waiver.object}` }
    const fault = waiverFault(waiver, today)
    if (fault !== null) {
      const mend = 'write check, object, reason and expires (YYYY-MM-DD), or mend what it waives'
      return { id: 'A01', severity: 'high', ...place, message: `the waiver ${fault}`, mend }
    }
    if (used.has(waiver)) return []
    const message = ids.has(waiver.check) ? 'nothing is left to waive' : `there is no check ${waiver.check}`
    return { id: 'A02', severity: 'low', ...place, message, mend: 'delete the waiver' }
  })
}

/** How strictly a result is taken. */
export type Strictness = Readonly<{
  /** Any failed check counts, not only the grave ones. */
  strict: boolean
  /** A cluster was asked, so that what it must tell counts where it was not run. */
  live: boolean
}>

/** What every cluster must tell: the other live checks change it, or are of one way to deploy. */
const ASKED: ReadonlySet<string> = new Set(['L01', 'L03'])

/** Whether nothing grave is wrong, and everything grave was looked at. */
export function isGreen({ results, findings }: AuditOutcome, { strict, live }: Strictness): boolean {
  const isAway = (id: string): boolean =>
    liveChecks.some((check) => check.id === id) && !(live && ASKED.has(id))
  const blind = results.some(
    ({ id, severity, outcome }) => outcome === 'notRun' && (strict || isGrave(severity)) && !isAway(id),
  )
  return !blind && !findings.some(({ severity }) => strict || isGrave(severity))
}

const isGrave = (severity: Severity): boolean => severity === 'blocker' || severity === 'high'
