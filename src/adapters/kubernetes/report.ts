import type { Finding } from './audit-outcome.ts'
import { checkGroups, severities } from './check.ts'
import type { Severity } from './check.ts'
import type { CriterionResult } from './criteria.ts'
import { fileGroups, sizeText } from './inventory.ts'
import { findingSections } from './report-findings.ts'
import {
  claim,
  claimLine,
  evidenceOf,
  heading,
  markdownTable,
  MARKS,
  standingOf,
  worstOf,
} from './report-proof.ts'
import type { Claim, ReportFacts, Standing } from './report-proof.ts'

/**
 * The audit report in Markdown: every line with the checks that prove it and how they ended. What no check
 * has shown is told as not run, or as failed.
 */
export const auditReport = (facts: ReportFacts): string =>
  `${[
    ...head(facts),
    '---',
    ...summary(facts),
    '---',
    ...scope(facts),
    '---',
    heading(2, 'Findings'),
    ...findingSections(facts),
    '---',
    ...acceptance(facts),
    '---',
    ...governance(facts),
    '---',
    ...metrics(facts),
    '---',
    ...recommendations(facts),
    '---',
    ...risks(facts),
    '---',
    ...conclusion(facts),
    '---',
    '_End of Audit Report_',
  ].join('\n\n')}\n`

type Part = readonly string[]

const claims = (facts: ReportFacts, list: readonly Claim[]): string =>
  list.map((each) => claimLine(each, facts)).join('\n')

const count = ({ outcome }: ReportFacts, wanted: string): number =>
  outcome.results.filter((each) => each.outcome === wanted).length

const metCriteria = ({ criteria }: ReportFacts): number => criteria.filter(({ ok }) => ok).length

/** Passed when every criterion is met and nothing grave is found. */
function verdictOf(facts: ReportFacts): Standing {
  const grave = ofSeverity(facts, 'blocker').length + ofSeverity(facts, 'high').length
  const standings = facts.criteria.map((criterion) => criterionStanding(criterion, facts))
  return grave > 0 ? 'fails' : worstOf(standings)
}

/** What has no subject is not met, however many checks find nothing wrong with it. */
const criterionStanding = ({ checks, missing }: CriterionResult, facts: ReportFacts): Standing =>
  missing === undefined ? standingOf(checks, facts) : 'fails'

const criterionEvidence = ({ checks, missing }: CriterionResult, facts: ReportFacts): string =>
  missing ?? evidenceOf(checks, facts)

const VERDICTS: Readonly<Record<Standing, string>> = {
  holds: 'AUDIT PASSED',
  fails: 'AUDIT FAILED',
  notRun: 'AUDIT NOT COMPLETE',
}

const ofSeverity = ({ outcome }: ReportFacts, severity: Severity): readonly Finding[] =>
  outcome.findings.filter((finding) => finding.severity === severity)

function head({ today, version, input }: ReportFacts): Part {
  const place = input.folder.split(/[\\/]/).at(-1) ?? ''
  const overlays = input.environments.length === 0 ? 'none' : input.environments.join(', ')
  return [
    heading(1, 'Kubernetes & GitOps Audit Report'),
    [
      `- **Date**: ${today}`,
      `- **Auditor**: \`cdb audit k8s\`, version ${version}`,
      `- **Folder**: \`${place}\`, overlays: ${overlays}`,
      '- **Issue**: #293 - Kubernetes-Readiness & GitOps (FluxCD)',
    ].join('\n'),
  ]
}

function summary(facts: ReportFacts): Part {
  const verdict = verdictOf(facts)
  const files = facts.input.files.length
  const met = `${metCriteria(facts)} of ${facts.criteria.length} acceptance criteria met`
  return [
    heading(2, 'Executive Summary'),
    `${MARKS[verdict]} **${VERDICTS[verdict]}** - ${met}`,
    `${files} files were read. Of ${facts.outcome.results.length} checks ${count(facts, 'passed')} passed, ` +
      `${count(facts, 'failed')} failed, ${count(facts, 'waived')} were waived for a written reason and ` +
      `${count(facts, 'notRun')} were not run. A line below is marked ${MARKS.holds} only where all its ` +
      `checks passed or were waived, ${MARKS.fails} where one failed, ${MARKS.notRun} where one was not run.`,
  ]
}

function scope(facts: ReportFacts): Part {
  return [
    heading(2, 'Audit Scope'),
    heading(3, 'Original Requirements (Issue #293)'),
    facts.criteria
      .slice(0, 6)
      .map((each) => `- [${each.ok ? 'x' : ' '}] ${each.name} (${criterionEvidence(each, facts)})`)
      .join('\n'),
    heading(3, 'Additional Governance Requirements'),
    claims(facts, [
      claim('CDB_INFRA_POLICY compliance', ...GOVERNANCE.flatMap(({ checks }) => checks)),
      claim('Phase 3 roadmap completion', ...ROADMAP.flatMap(({ checks }) => checks)),
      claim('No manual configuration on cluster', ...NO_MANUAL),
      claim('Security hardening', ...HARDENING),
    ]),
  ]
}

const NO_MANUAL = ['R05', 'S03', 'G05', 'G08', 'D02']
const HARDENING = ['W01', 'W02', 'W03', 'W04', 'W06', 'X18', 'X19', 'X23', 'S01', 'S04']

const GOVERNANCE: readonly Claim[] = [
  claim('Kubernetes-ready architecture', 'R01', 'R02', 'W15', 'X14'),
  claim('GitOps reconciliation', 'G01', 'G02', 'G03', 'G04', 'L04', 'L05'),
  claim('Infrastructure as Code', 'R01', 'R09', 'R05', 'S03'),
  claim('Security hardening', ...HARDENING),
  claim('Monitoring integrated', 'X20', 'X21', 'X22', 'L12'),
  claim('Disaster recovery ready', 'X26', 'G08', 'L10'),
]

const ROADMAP: readonly Claim[] = [
  claim('All services containerized', 'W09', 'X16'),
  claim('Scalable infrastructure', 'W16', 'X12', 'X13', 'X24'),
  claim('Production deployment ready', 'R09', 'W09', 'X24', 'L01', 'L03'),
  claim('No manual intervention required', ...NO_MANUAL, 'L02'),
]

function acceptance(facts: ReportFacts): Part {
  const rows = facts.criteria.map((criterion) => {
    const standing = criterionStanding(criterion, facts)
    const delivered = { holds: 'Yes', fails: 'No', notRun: 'Not shown' }[standing]
    return [criterion.name, 'Yes', delivered, criterionEvidence(criterion, facts), MARKS[standing]]
  })
  const met = metCriteria(facts)
  const mark = MARKS[met === facts.criteria.length ? 'holds' : 'fails']
  return [
    heading(2, 'Acceptance Criteria Verification'),
    markdownTable(['Criterion', 'Required', 'Delivered', 'Evidence', 'Status'], rows),
    `**Result**: **${met}/${facts.criteria.length} criteria met** ${mark}`,
  ]
}

const governance = (facts: ReportFacts): Part => [
  heading(2, 'Governance Compliance'),
  heading(3, 'CDB_INFRA_POLICY Requirements'),
  claims(facts, GOVERNANCE),
  heading(3, 'Phase 3 Roadmap (Q2 2026)'),
  claims(facts, ROADMAP),
]

function metrics(facts: ReportFacts): Part {
  const { input, outcome } = facts
  const documents = input.files.filter(({ path }) => path.endsWith('.md'))
  const documentBytes = documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  const own = (letter: string): readonly string[] =>
    outcome.results.flatMap(({ id }) => (id.startsWith(letter) ? [id] : []))
  const share = (ids: readonly string[]): string => {
    const good = ids.filter((id) => standingOf([id], facts) === 'holds').length
    return `${good} of ${ids.length} checks`
  }
  const row = (name: string, target: string, ids: readonly string[]): readonly string[] => [
    ...[name, target, share(ids), MARKS[standingOf(ids, facts)]],
  ]
  const mark = (holds: boolean): string => MARKS[holds ? 'holds' : 'fails']
  const hardening = [...new Set([...HARDENING, ...own('S')])]
  return [
    heading(2, 'Quality Metrics'),
    markdownTable(
      ['Metric', 'Target', 'Actual', 'Status'],
      [
        ['Files', '25+', `${input.files.length}`, mark(input.files.length >= 25)],
        ['Documentation Size', '50 KiB+', sizeText(documentBytes), mark(documentBytes >= 50 << 10)],
        row('Validation', 'all', own('R')),
        row('Workloads', 'all', own('W')),
        row('Consistency', 'all', own('X')),
        row('Security', 'all', hardening),
        row('Automation', 'all', own('D')),
        row('GitOps', 'all', own('G')),
        row('On a cluster', 'all', own('L')),
      ],
    ),
  ]
}

/** Lines of one list of recommendations; the rest is counted. */
const LINES_MAX = 15

const mendLines = (findings: readonly Finding[]): string => {
  if (findings.length === 0) return 'None.'
  const lines = findings
    .slice(0, LINES_MAX)
    .map(
      ({ id, object, file, message, mend }) => `- **${id}** ${object || (file ?? '')}: ${message}; ${mend}`,
    )
  const rest = findings.length - LINES_MAX
  return [
    ...lines.map((line) => line.replaceAll(/\s+/g, ' ')),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
  ].join('\n')
}

function recommendations(facts: ReportFacts): Part {
  const open = facts.outcome.results.filter(({ outcome }) => outcome === 'notRun')
  const waivers = [...new Set(facts.outcome.waived.map(({ waiver }) => waiver))]
  return [
    heading(2, 'Recommendations'),
    heading(3, 'Immediate Actions'),
    mendLines([...ofSeverity(facts, 'blocker'), ...ofSeverity(facts, 'high')]),
    heading(3, 'Short-term'),
    mendLines(ofSeverity(facts, 'medium')),
    heading(3, 'Medium-term'),
    mendLines(ofSeverity(facts, 'low')),
    heading(3, 'Not yet looked at'),
    open.length === 0
      ? 'Nothing.'
      : open
          .map(({ id, title, reason }) => `- ${MARKS.notRun} **${id}** ${title}: ${reason ?? ''}`)
          .join('\n'),
    heading(3, 'Waivers'),
    waivers.length === 0
      ? 'None.'
      : waivers
          .map(
            ({ check, object, reason, expires }) =>
              `- **${check}** \`${object}\` until ${expires}: ${reason}`,
          )
          .join('\n'),
  ]
}

function risks(facts: ReportFacts): Part {
  const { results } = facts.outcome
  const failedOf = (severity: Severity): readonly string[] => [
    ...new Set(
      ofSeverity(facts, severity).map(
        ({ id, message }) => `- ${MARKS.fails} **${id}** ${titleOf(facts, id, message)}`,
      ),
    ),
  ]
  const passed = (['R', 'W', 'X', 'S', 'G', 'D', 'L'] as const).map((letter) => {
    const own = results.filter(({ id }) => id.startsWith(letter))
    const standing = standingOf(
      own.map(({ id }) => id),
      facts,
    )
    const good = own.filter(({ outcome }) => outcome === 'passed' || outcome === 'waived').length
    return `- ${MARKS[standing]} ${checkGroups[letter]}: ${good} of ${own.length} checks hold`
  })
  const high = [...failedOf('blocker'), ...failedOf('high')]
  const medium = [
    ...failedOf('medium'),
    ...results
      .filter(({ outcome }) => outcome === 'notRun')
      .map(({ id, title }) => `- ${MARKS.notRun} **${id}** not run: ${title}`),
  ]
  return [
    heading(2, 'Risk Assessment'),
    ...[heading(3, 'High Risk'), high.length === 0 ? 'None found.' : high.join('\n')],
    ...[heading(3, 'Medium Risk'), medium.length === 0 ? 'None found.' : medium.join('\n')],
    ...[heading(3, 'Low Risk'), passed.join('\n')],
    heading(3, 'Mitigation Strategy'),
    'The mend of each finding stands in the recommendations. What was not run is shown by a run on a cluster.',
  ]
}

const titleOf = ({ outcome }: ReportFacts, id: string, fallback: string): string => {
  const title = outcome.results.find((each) => each.id === id)?.title
  return title === undefined ? fallback : `not so: ${title}`
}

function conclusion(facts: ReportFacts): Part {
  const verdict = verdictOf(facts)
  const bytes = fileGroups(facts.input).reduce((sum, group) => sum + group.bytes, 0)
  const builds = facts.input.builds.filter(({ error }) => error === null).length
  const live = facts.outcome.results.flatMap(({ id }) => (id.startsWith('L') ? [id] : []))
  const ready = worstOf([verdict, standingOf(live, facts)])
  const governed = standingOf(
    [...GOVERNANCE, ...ROADMAP].flatMap(({ checks }) => checks),
    facts,
  )
  const answer: Readonly<Record<Standing, string>> = { holds: 'YES', fails: 'NO', notRun: 'NOT SHOWN' }
  return [
    heading(2, 'Audit Conclusion'),
    heading(3, 'Summary'),
    `${metCriteria(facts)} of ${facts.criteria.length} acceptance criteria are met; ` +
      `${severities.map((each) => `${ofSeverity(facts, each).length} ${each}`).join(', ')} findings are open.`,
    heading(3, 'Deliverables'),
    [
      `- ${facts.input.files.length} files (${sizeText(bytes)})`,
      `- ${builds} of ${facts.input.builds.length} builds succeed`,
      `- ${facts.input.environments.length} environment overlays`,
      `- ${facts.input.gitops.length} objects of GitOps`,
    ].join('\n'),
    heading(3, 'Recommendation'),
    verdict === 'holds'
      ? '**APPROVE for deployment**: every criterion is met, and nothing grave is open.'
      : '**DO NOT APPROVE yet**: mend what is open, or show what was not run.',
    [
      `- **Audit Status**: ${MARKS[verdict]} **${VERDICTS[verdict]}**`,
      `- **Ready for Deployment**: ${MARKS[ready]} **${answer[ready]}** (${evidenceOf(live, facts)})`,
      `- **Governance Compliant**: ${MARKS[governed]} **${answer[governed]}**`,
    ].join('\n'),
  ]
}
