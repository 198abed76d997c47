import type { Log, Result, ReportingDescriptor, Notification, Location } from 'sarif'
import type { AuditOutcome, CheckResult, Finding } from './audit-outcome.ts'
import type { Severity } from './check.ts'

/** How grave SARIF takes a severity. */
const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  blocker: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
}

/** As GitHub sorts them. */
const WEIGHTS: Readonly<Record<Severity, string>> = { blocker: '9.5', high: '8.0', medium: '5.0', low: '2.0' }

const INFORMATION = 'https://github.com/jannekbuengener/Claire_de_Binare'

/**
 * The findings of an audit in SARIF 2.1.0, waived ones with their reason; what was not run is a notification.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifOf({ results, findings, waived }: AuditOutcome, version: string): Log {
  const indexes = new Map(results.map(({ id }, index) => [id, index]))
  const resultOf = (finding: Finding): Result => ({
    ruleId: finding.id,
    ruleIndex: indexes.get(finding.id) ?? -1,
    level: LEVELS[finding.severity],
    message: { text: messageOf(finding) },
    locations: [locationOf(finding)],
  })
  const notRun = results.filter(({ outcome }) => outcome === 'notRun')
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'cdb audit', version, informationUri: INFORMATION, rules: results.map(ruleOf) },
        },
        originalUriBaseIds: { FOLDER: { description: { text: 'the audited folder' } } },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notRun.map(notificationOf) }],
        results: [
          ...findings.map(resultOf),
          ...waived.map(({ finding, waiver }): Result => ({
            ...resultOf(finding),
            suppressions: [{ kind: 'external', status: 'accepted', justification: waiver.reason }],
          })),
        ],
      },
    ],
  }
}

const ruleOf = ({ id, severity, title }: CheckResult): ReportingDescriptor => ({
  id,
  shortDescription: { text: title },
  defaultConfiguration: { level: LEVELS[severity] },
  properties: { 'security-severity': WEIGHTS[severity], severity },
})

const notificationOf = ({ id, reason }: CheckResult): Notification => ({
  level: 'note',
  message: { text: `${id} was not run: ${reason ?? ''}` },
  associatedRule: { id },
})

const messageOf = ({ object, message, mend }: Finding): string =>
  `${object === '' ? '' : `${object}: `}${message}. Mend: ${mend}`

/** An object that only a build shows has a logical place, no physical one. */
const locationOf = ({ file, line, object }: Finding): Location => ({
  ...(file === null
    ? {}
    : {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file), uriBaseId: 'FOLDER' },
          ...(line > 0 ? { region: { startLine: line } } : {}),
        },
      }),
  ...(object === '' ? {} : { logicalLocations: [{ fullyQualifiedName: object, kind: 'resource' }] }),
})
