import type { TradingEvent } from '../../domain/event.ts'
import type { RiskContext } from './context.ts'
import { haltAccount } from './halt.ts'
import { breachText, fallLatch, watchControls } from './judge.ts'
import type { Subject } from './judge.ts'

/** What has happened may make a latch fall or halt the account. */
export function watch(context: RiskContext, subject: Subject): readonly TradingEvent[] {
  const outputs: TradingEvent[] = []
  for (const verdict of watchControls(context, subject)) {
    const { control, breach } = verdict
    const alert = fallLatch(context, verdict, subject)
    if (alert !== null) outputs.push(alert)
    if (breach.halt === true) outputs.push(...haltAccount(context, control.id, breachText(verdict)))
  }
  return outputs
}
