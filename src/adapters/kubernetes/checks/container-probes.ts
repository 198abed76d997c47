import { at, isRecord, listAt, numberAt, recordAt, textAt } from '../value.ts'
import type { Value, ValueRecord } from '../value.ts'
import type { Workload } from '../workload.ts'
import { lastingContainers, runsForGood } from './scope.ts'

export const probeNames = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const
export type ProbeName = (typeof probeNames)[number]

/** The probe, or null where it is not set. */
export function probeOf(container: ValueRecord, name: ProbeName): ValueRecord | null {
  const probe = at(container, name)
  return isRecord(probe) ? probe : null
}

/** What a probe does, without how often it does it; equal texts are equal actions. */
export function actionOf(probe: ValueRecord): string {
  const http = recordAt(probe, 'httpGet')
  if (isRecord(probe['httpGet'])) return `GET ${textAt(http, 'path') ?? '/'} of ${portText(http['port'])}`
  if (isRecord(probe['tcpSocket'])) return `connection to ${portText(at(probe, 'tcpSocket', 'port'))}`
  if (isRecord(probe['grpc'])) {
    return `gRPC ${textAt(probe, 'grpc', 'service') ?? ''} of ${portText(at(probe, 'grpc', 'port'))}`
  }
  return listAt(probe, 'exec', 'command').map(portText).join(' ')
}

const portText = (value: Value | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? `${value}` : ''

/** A port by its name or number, of a probe or hook; undefined where it takes none. */
export function portOf(handler: ValueRecord): string | number | undefined {
  for (const kind of ['httpGet', 'tcpSocket', 'grpc']) {
    const port = textAt(handler, kind, 'port') ?? numberAt(handler, kind, 'port')
    if (port !== undefined) return port
  }
  return undefined
}

/** Containers of a lasting pod that can be asked how they are: the only one, and those with ports. */
export function probedContainers(
  workload: Workload,
): readonly Readonly<{ name: string; value: ValueRecord }>[] {
  if (!runsForGood(workload)) return []
  const lasting = lastingContainers(workload)
  return lasting.filter(({ value }) => lasting.length === 1 || listAt(value, 'ports').length > 0)
}
