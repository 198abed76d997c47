import type { Alert, Discrepancy, TradingEvent } from '../../domain/event.ts'
import type { RiskContext } from './context.ts'
import { watch } from './watch.ts'

/** Notes a difference with the venue; C19, C23 and C24 judge by it. */
export function onDiscrepancy(context: RiskContext, event: Discrepancy): readonly TradingEvent[] {
  const { doubts } = context
  switch (event.code) {
    case 'CLOCK':
      doubts.clockOff = event.detail
      break
    case 'CLOCK_MENDED':
      doubts.clockOff = ''
      return []
    case 'UNKNOWN_ORDERS':
      noteInDoubt(context, event.subject)
      break
    case 'UNEXPLAINED_FILL':
    case 'EXTERNAL_ORDER':
    case 'LOST_HISTORY':
    case 'BALANCE':
      doubts.unexplained = `${event.code} ${event.subject}`
      break
    default:
      return event.code satisfies never
  }
  const alerts = [alertOf(context, event)]
  const outputs = [...context.instruments.keys()].map((instrument) =>
    watch(context, { strategy: '', instrument }),
  )
  return [...alerts, ...outputs.flat()]
}

function noteInDoubt({ account, doubts }: RiskContext, clientOrderId: string): void {
  for (const [id, { state }] of account.ledger) {
    if (id === clientOrderId && state === 'unknown') doubts.inDoubt.add(id)
  }
}

const alertOf = ({ account }: RiskContext, { code, subject, detail }: Discrepancy): Alert => ({
  kind: 'alert',
  eventMs: account.nowMs,
  level: 'critical',
  code,
  scope: `account:${account.id}`,
  message: `${subject}: ${detail}`,
})
