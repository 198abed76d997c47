import { parse } from 'yaml'
import { isWaived } from '../../src/adapters/kubernetes/waivers.ts'
import { at, isRecord, listAt, numberAt, textAt } from '../../src/adapters/kubernetes/value.ts'
import type { Value } from '../../src/adapters/kubernetes/value.ts'
import { CdbError } from '../../src/domain/errors.ts'

/** The linters of others, in the order of the table. */
export const linterNames = ['kube-linter', 'kube-score'] as const
export type LinterName = (typeof linterNames)[number]

/** What a linter says about one object, such as `Deployment cdb-trading/cdb-ws`. */
export type LintFinding = Readonly<{ linter: LinterName; check: string; object: string; message: string }>

/** Findings that are accepted; in `object` `*` stands for any letters. */
export type LintWaiver = Readonly<{ linter: LinterName; check: string; object: string; reason: string }>

export type Judgment = Readonly<{
  waived: readonly LintFinding[]
  open: readonly LintFinding[]
  unused: readonly LintWaiver[]
}>

/** One line of the table: how many findings a check has in each render. */
export type LintCount = Readonly<{
  linter: LinterName
  check: string
  prod: number
  dev: number
  waived: number
  forerunner: number
}>

/** kube-score's grade from which on nothing has to be done. */
const GRADE_OK = 7

/** Findings in the JSON of kube-score: each comment of a failed check. Throws where nothing was judged. */
export function parseKubeScore(text: string): readonly LintFinding[] {
  const objects = listAt(valueOf('kube-score', text))
  if (objects.length === 0) throw unreadable('kube-score', 'it has judged no object')
  return objects.flatMap((object) => {
    const meta = at(object, 'object_meta')
    const name = objectName(textAt(object, 'type_meta', 'kind'), meta, 'name', 'namespace')
    return listAt(object, 'checks')
      .filter((each) => at(each, 'skipped') !== true && (numberAt(each, 'grade') ?? 0) < GRADE_OK)
      .flatMap((each) => {
        const check = textAt(each, 'check', 'id')
        if (check === undefined) throw unreadable('kube-score', `a check of ${name} has no id`)
        const comments = listAt(each, 'comments')
        return (comments.length === 0 ? [null] : comments).map((comment): LintFinding => {
          const words = [textAt(comment, 'path') ?? '', textAt(comment, 'summary') ?? '']
          const message = words.filter((word) => word !== '').join(': ')
          return { linter: 'kube-score', check, object: name, message }
        })
      })
  })
}

/** Findings in the JSON of kube-linter. Throws where no check was made. */
export function parseKubeLinter(text: string): readonly LintFinding[] {
  const value = valueOf('kube-linter', text)
  if (listAt(value, 'Checks').length === 0) throw unreadable('kube-linter', 'it has made no check')
  return listAt(value, 'Reports').map((report): LintFinding => {
    const meta = at(report, 'Object', 'K8sObject')
    const object = objectName(textAt(meta, 'GroupVersionKind', 'Kind'), meta, 'Name', 'Namespace')
    const [check, message] = [textAt(report, 'Check'), textAt(report, 'Diagnostic', 'Message')]
    if (check === undefined) throw unreadable('kube-linter', `a finding for ${object} has no check`)
    return { linter: 'kube-linter', check, object, message: message ?? '' }
  })
}

function valueOf(linter: LinterName, text: string): Value {
  try {
    return JSON.parse(text) as Value
  } catch (cause) {
    throw unreadable(linter, 'it is no JSON', cause)
  }
}

const unreadable = (linter: LinterName, what: string, cause?: unknown): CdbError =>
  new CdbError('CDB_FORMAT_UNKNOWN', `the output of ${linter} cannot be read: ${what}`, { cause })

function objectName(
  kind: string | undefined,
  meta: Value | undefined,
  name: string,
  namespace: string,
): string {
  const place = textAt(meta, namespace) ?? ''
  return `${kind ?? '?'} ${place === '' ? '' : `${place}/`}${textAt(meta, name) ?? '?'}`
}

/** The waivers of k8s/linters.yaml. Throws `CDB_CONFIG_INVALID` where one lacks something. */
export function parseLintWaivers(text: string): readonly LintWaiver[] {
  return listAt(parse(text) as Value, 'waivers').map((each, index) => {
    const linter = linterNames.find((name) => name === textAt(each, 'linter'))
    const [check, object] = [textAt(each, 'check') ?? '', textAt(each, 'object') ?? '']
    const reason = textAt(each, 'reason')?.trim() ?? ''
    const isWhole = isRecord(each) && [check, object, reason].every((word) => word !== '')
    if (linter !== undefined && isWhole) return { linter, check, object, reason }
    const mend = `give linter (${linterNames.join(' or ')}), check, object and reason`
    throw new CdbError('CDB_CONFIG_INVALID', `k8s/linters.yaml: waiver ${index + 1} is not whole`, { mend })
  })
}

/** Parts findings into those that a waiver accepts and those that none does. */
export function judge(findings: readonly LintFinding[], waivers: readonly LintWaiver[]): Judgment {
  const used = new Set<LintWaiver>()
  const waived = findings.filter((finding) => {
    const matching = waivers.filter((waiver) => accepts(waiver, finding))
    for (const waiver of matching) used.add(waiver)
    return matching.length > 0
  })
  const open = findings.filter((finding) => !waived.includes(finding))
  return { waived, open, unused: waivers.filter((waiver) => !used.has(waiver)) }
}

/** Patterns mean here what they mean in the waivers of the audit. */
function accepts({ linter, check, object, reason }: LintWaiver, finding: LintFinding): boolean {
  const id = `${finding.linter} ${finding.check}`
  const place = { severity: 'low', file: null, line: 0, mend: '' } as const
  return isWaived(
    { id, ...place, object: finding.object, message: finding.message },
    { check: `${linter} ${check}`, object, reason, expires: '' },
  )
}

/** The lines of the table, by linter and check. */
export function lintCounts(
  renders: Readonly<Record<'prod' | 'dev' | 'forerunner', readonly LintFinding[]>>,
  waived: readonly LintFinding[],
): readonly LintCount[] {
  const all = [...renders.prod, ...renders.dev, ...renders.forerunner]
  return linterNames.flatMap((linter) => {
    const ofLinter = all.filter((finding) => finding.linter === linter)
    const checks = [...new Set(ofLinter.map(({ check }) => check))].sort()
    return checks.map((check): LintCount => {
      const count = (findings: readonly LintFinding[]): number =>
        findings.filter((each) => each.linter === linter && each.check === check).length
      return {
        ...{ linter, check },
        ...{ prod: count(renders.prod), dev: count(renders.dev) },
        ...{ waived: count(waived), forerunner: count(renders.forerunner) },
      }
    })
  })
}

/** The counts as a table of Markdown, with a line of sums for each linter. */
export function lintTable(counts: readonly LintCount[]): string {
  const cells = ({ linter, check, prod, dev, waived, forerunner }: LintCount): string =>
    `| ${[linter, check, prod, dev, waived, forerunner].join(' | ')} |`
  const rows = linterNames.flatMap((linter) => {
    const own = counts.filter((count) => count.linter === linter)
    const sum = (key: 'prod' | 'dev' | 'waived' | 'forerunner'): number =>
      own.reduce((total, count) => total + count[key], 0)
    const sums = { prod: sum('prod'), dev: sum('dev'), waived: sum('waived'), forerunner: sum('forerunner') }
    return [...own, { linter, check: 'all', ...sums }].map(cells)
  })
  const head = [
    '| linter | check | prod | dev | waived | forerunner |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
  ]
  return [...head, ...rows].join('\n')
}
