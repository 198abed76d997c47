import { toDecision } from './refusal.ts'
import type { HttpOutcome } from './http-client.ts'
import { integerOf, parseObject, textOf } from './json.ts'
import type { Placement } from '../../engine/venue-gateway.ts'

/**
 * What came of the POST of an order. It is rejected only where the venue proves that it refused before
 * matching, or where nothing can have been sent; in all doubt it is unknown.
 * `{"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"cdb0...","transactTime":1507725176595}`
 */
export function placementOf(outcome: HttpOutcome, clientOrderId: string, nowMs: number): Placement {
  if (outcome.kind === 'notSent')
    return { kind: 'rejected', reason: `not sent: ${outcome.reason}`, eventMs: nowMs }
  if (outcome.kind === 'noAnswer') return { kind: 'unknown', reason: outcome.reason }
  if (outcome.status === 200) return acceptanceOf(outcome.text, clientOrderId)
  const decision = toDecision(outcome.status, outcome.text)
  const reason = `${outcome.status} ${decision.reason}`
  return decision.isFinal ? { kind: 'rejected', reason, eventMs: nowMs } : { kind: 'unknown', reason }
}

function acceptanceOf(text: string, clientOrderId: string): Placement {
  try {
    const json = parseObject(text)
    if (textOf(json, 'clientOrderId') !== clientOrderId) {
      return { kind: 'unknown', reason: 'the answer is of another order' }
    }
    const venueOrderId = String(integerOf(json, 'orderId'))
    return { kind: 'accepted', venueOrderId, eventMs: integerOf(json, 'transactTime') }
  } catch {
    return { kind: 'unknown', reason: 'the answer cannot be read' }
  }
}
