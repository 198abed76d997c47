import type { Finding } from './audit-outcome.ts'
import { listAt, textAt } from './value.ts'
import type { ValueRecord } from './value.ts'

/** A finding that is accepted: for a written reason, and until a day. */
export type Waiver = Readonly<{
  check: string
  /** Pattern of the finding's object, `*` for any letters. */
  object: string
  reason: string
  /** Last day it holds, `YYYY-MM-DD`. */
  expires: string
}>

export const waiversOf = (settings: ValueRecord): readonly Waiver[] =>
  listAt(settings, 'waivers').map((each) => ({
    check: textAt(each, 'check') ?? '',
    object: textAt(each, 'object') ?? '',
    reason: textAt(each, 'reason')?.trim() ?? '',
    expires: textAt(each, 'expires') ?? '',
  }))

/** What keeps a waiver from counting; null when it counts. `today` is `YYYY-MM-DD`. */
export function waiverFault({ check, object, reason, expires }: Waiver, today: string): string | null {
  if (check === '' || object === '') return 'names no check or no object'
  if (reason === '') return 'has no reason'
  if (!/^\d{4}-\d{2}-\d{2}$/.test(expires) || Number.isNaN(Date.parse(expires))) {
    return `has no day of expiry: "${expires}"`
  }
  return expires < today ? `expired on ${expires}` : null
}

export const isWaived = (finding: Finding, waiver: Waiver): boolean =>
  finding.id === waiver.check && patternOf(waiver.object).test(finding.object)

const patternOf = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .split('*')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('[^]*')}$`,
  )
