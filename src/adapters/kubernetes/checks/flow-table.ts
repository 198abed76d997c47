import type { AuditInput } from '../check.ts'
import { at, listAt, numberAt, recordAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import type { Workload } from '../workload.ts'
import { readEmbedded } from './embedded-document.ts'

/** One line of the table: who opens connections to whom, on which port of the pods. */
export type Flow = Readonly<{
  from: string
  to: string
  port: number
  /** What a build must hold for the flow to be there; empty where every build needs it. */
  when: string
}>

export type FlowTable =
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'broken'; file: string; reason: string }>
  | Readonly<{ kind: 'rows'; file: string; rows: readonly Flow[] }>

/** Ends of flows that are no component of the build. */
export const outsideEnds = ['dns', 'kube-api', 'venue-internet', 'ingress-gateway'] as const
export type OutsideEnd = (typeof outsideEnds)[number]

/** Whether an end of a flow is no component. */
export const isOutsideEnd = (end: string): end is OutsideEnd =>
  (outsideEnds as readonly string[]).includes(end)

/** The name by which the table, and every selector, knows the pods of a workload. */
export const componentOf = ({ podLabels, name }: Workload): string =>
  podLabels['app.kubernetes.io/name'] ?? name

/** The table that `flows` of the settings names, or holds itself. */
export function flowTableOf({ settings, files }: AuditInput): FlowTable {
  const named = textAt(settings, 'flows')
  if (named === undefined) {
    const rows = at(settings, 'flows')
    return Array.isArray(rows) ? tableOf('audit.yaml', rows as readonly Value[]) : { kind: 'none' }
  }
  const file = files.find(({ path }) => path === named)
  if (file === undefined) return { kind: 'broken', file: named, reason: 'there is no such file' }
  const document = readEmbedded(file.text)
  if (document.kind === 'broken') return { kind: 'broken', file: named, reason: document.reason }
  const { value } = document
  return tableOf(named, Array.isArray(value) ? (value as readonly Value[]) : listAt(value, 'flows'))
}

function tableOf(file: string, values: readonly Value[]): FlowTable {
  const rows = values.map(flowOf)
  const broken = rows.findIndex((row) => row === null)
  if (values.length === 0) return { kind: 'broken', file, reason: 'it has no rows' }
  if (broken >= 0) {
    return { kind: 'broken', file, reason: `row ${broken + 1} lacks from, to, port or why` }
  }
  return { kind: 'rows', file, rows: rows.filter((row) => row !== null) }
}

function flowOf(value: Value): Flow | null {
  const row = recordAt(value)
  const [from, to, why] = [textAt(row, 'from'), textAt(row, 'to'), textAt(row, 'why')]
  const port = numberAt(row, 'port')
  if (from === undefined || to === undefined || port === undefined) return null
  if (why === undefined || why.trim() === '') return null
  return { from, to, port, when: textAt(row, 'when') ?? '' }
}
