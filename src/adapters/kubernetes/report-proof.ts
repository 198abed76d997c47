import type { AuditOutcome, CheckResult } from './audit-outcome.ts'
import type { AuditInput } from './check.ts'
import { hasSubject } from './check-subject.ts'
import type { CriterionResult } from './criteria.ts'

/** Everything that the report is made of: nothing in it is typed by hand. */
export type ReportFacts = Readonly<{
  input: AuditInput
  outcome: AuditOutcome
  criteria: readonly CriterionResult[]
  /** `YYYY-MM-DD`. */
  today: string
  version: string
}>

/** How a line of the report stands: shown, refuted, or not looked at. */
export type Standing = 'holds' | 'fails' | 'notRun'

export const MARKS: Readonly<Record<Standing, string>> = { holds: '✅', fails: '❌', notRun: '⏳' }

const WORDS: Readonly<Record<CheckResult['outcome'], string>> = {
  passed: 'passed',
  failed: 'FAILED',
  waived: 'waived',
  notRun: 'not run',
}

/** A line, and the checks that prove it. */
export type Claim = Readonly<{ text: string; checks: readonly string[] }>

export const claim = (text: string, ...checks: readonly string[]): Claim => ({ text, checks })

/** The worst of the checks: one that failed refutes; one that was not run, or had no subject, leaves open. */
export function standingOf(checks: readonly string[], facts: Proof): Standing {
  const words = checks.map((id) => wordOf(id, facts))
  if (words.includes('FAILED')) return 'fails'
  return words.length > 0 && words.every((word) => word === 'passed' || word === 'waived')
    ? 'holds'
    : 'notRun'
}

/** What a line is proven by. */
export type Proof = Pick<ReportFacts, 'input' | 'outcome'>

/** How a check ended, in a word. */
function wordOf(id: string, { input, outcome: { results } }: Proof): string {
  const outcome = results.find((each) => each.id === id)?.outcome ?? 'notRun'
  return outcome === 'passed' && !hasSubject(id, input) ? 'without a subject' : WORDS[outcome]
}

/** `W01 passed, W04 FAILED (3)`, and behind it what is known from a record. */
export function evidenceOf(checks: readonly string[], facts: Proof): string {
  const ids = [...new Set(checks)]
  const words = ids.map((id) => {
    const word = wordOf(id, facts)
    const count = facts.outcome.findings.filter((each) => each.id === id).length
    return `${id} ${word}${word === 'FAILED' ? ` (${count})` : ''}`
  })
  const { results } = facts.outcome
  const records = results.flatMap(({ id, evidence }) =>
    evidence !== undefined && ids.includes(id) ? [evidence] : [],
  )
  return [words.join(', '), ...new Set(records)].join('; ')
}

/** One line of a list: mark, text, and behind it what proves it. */
export const claimLine = ({ text, checks }: Claim, facts: Proof): string =>
  `- ${MARKS[standingOf(checks, facts)]} ${text} (${evidenceOf(checks, facts)})`

/** A line that a number of the folder itself decides. */
export const factLine = (text: string, standing: Standing, evidence: string): string =>
  `- ${MARKS[standing]} ${text} (${evidence})`

/** The worst of several lines. */
export function worstOf(standings: readonly Standing[]): Standing {
  if (standings.includes('fails')) return 'fails'
  return standings.length === 0 || standings.includes('notRun') ? 'notRun' : 'holds'
}

export const heading = (depth: number, text: string, standing?: Standing): string =>
  `${'#'.repeat(depth)} ${text}${standing === undefined ? '' : ` ${MARKS[standing]}`}`

/** A table of Markdown; cells say what they say, bars and lines of theirs do not count. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll(/[\r\n]+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
