import { styleText } from 'node:util'
import type { AuditOutcome, CheckResult, Finding, Outcome } from '../adapters/kubernetes/audit-outcome.ts'
import { severities } from '../adapters/kubernetes/check.ts'
import type { Severity } from '../adapters/kubernetes/check.ts'
import type { CriterionResult } from '../adapters/kubernetes/criteria.ts'
import { textTable } from './text-table.ts'

/** Findings of one check that a person is shown; `--json` has all. */
const SHOWN_MAX = 10

type Color = 'red' | 'yellow' | 'cyan' | 'green' | 'dim' | 'bold'
type Paint = (color: Color, text: string) => string

const COLORS: Readonly<Record<Severity, Color>> = {
  blocker: 'red',
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
}

/** An audit as a person reads it: findings by severity, what was not run, criteria, one line of sums. */
export function auditText(
  outcome: AuditOutcome,
  criteria: readonly CriterionResult[],
  isTTY: boolean,
): string {
  const paint: Paint = (color, text) => (isTTY ? styleText(color, text, { validateStream: false }) : text)
  const parts = [
    ...severities.map((severity) => severityPart(severity, outcome.findings, paint)),
    waivedPart(outcome, paint),
    notRunPart(outcome.results, paint),
    criteriaPart(criteria, paint),
    [sumLine(outcome, paint)],
  ]
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function severityPart(severity: Severity, findings: readonly Finding[], paint: Paint): readonly string[] {
  const own = findings.filter((finding) => finding.severity === severity)
  if (own.length === 0) return []
  const ids = [...new Set(own.map(({ id }) => id))]
  const groups = ids.flatMap((id) => {
    const each = own.filter((finding) => finding.id === id)
    const rest = each.length - SHOWN_MAX
    return [
      ...each.slice(0, SHOWN_MAX).flatMap((finding) => findingLines(finding, paint)),
      ...(rest > 0 ? [`  ${id}  and ${rest} more`] : []),
    ]
  })
  return [paint(COLORS[severity], severity.toUpperCase()), ...groups]
}

function findingLines({ id, file, line, object, message, mend }: Finding, paint: Paint): readonly string[] {
  const place = file === null ? '' : line > 0 ? `${file}:${line}` : file
  const head = [id, place, object].filter((part) => part !== '').join('  ')
  return [`  ${plain(head)}`, `       ${plain(message)}`, paint('dim', `       mend: ${plain(mend)}`)]
}

/** Words of a stranger's file move no cursor and start no line. */
const plain = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()

function waivedPart({ waived }: AuditOutcome, paint: Paint): readonly string[] {
  if (waived.length === 0) return []
  const counts = new Map<(typeof waived)[number]['waiver'], number>()
  for (const { waiver } of waived) counts.set(waiver, (counts.get(waiver) ?? 0) + 1)
  const rows = [...counts].map(([{ check, object, reason, expires }, count]) =>
    [check, object, `${count}`, `until ${expires}`, reason].map(plain),
  )
  return [paint('bold', 'WAIVED'), ...textTable(rows).map((line) => `  ${line}`)]
}

function notRunPart(results: readonly CheckResult[], paint: Paint): readonly string[] {
  const reasons = new Map<string, string[]>()
  for (const { id, outcome, reason = '' } of results) {
    if (outcome === 'notRun') reasons.set(reason, [...(reasons.get(reason) ?? []), id])
  }
  if (reasons.size === 0) return []
  const rows = [...reasons].map(([reason, ids]) => `  ${ids.join(' ')}: ${plain(reason)}`)
  return [paint('bold', 'NOT RUN'), ...rows]
}

function criteriaPart(criteria: readonly CriterionResult[], paint: Paint): readonly string[] {
  const rows = criteria.map(({ name, ok, checks, missing }) => [
    ok ? 'ok' : 'FAILED',
    name,
    missing === undefined ? checks.join(' ') : plain(missing),
  ])
  return [paint('bold', 'CRITERIA'), ...textTable(rows).map((line) => `  ${line}`)]
}

/** How many checks ended how. */
export const outcomeCounts = (results: readonly CheckResult[]): Readonly<Record<Outcome, number>> => {
  const count = (outcome: Outcome): number => results.filter((each) => each.outcome === outcome).length
  return {
    passed: count('passed'),
    failed: count('failed'),
    waived: count('waived'),
    notRun: count('notRun'),
  }
}

function sumLine({ results, findings }: AuditOutcome, paint: Paint): string {
  const { passed, failed, waived, notRun } = outcomeCounts(results)
  const found = severities
    .map((severity) => `${findings.filter((each) => each.severity === severity).length} ${severity}`)
    .join(', ')
  const line =
    `${results.length} checks: ${passed} passed, ${failed} failed, ${waived} waived, ${notRun} not run; ` +
    `findings: ${found}`
  return paint(failed > 0 ? 'red' : 'green', line)
}
