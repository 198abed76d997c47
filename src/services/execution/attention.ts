import type { ClientOrderId } from '../../domain/order.ts'
import type { OrderRecord } from '../../engine/order-ledger.ts'
import { afterMiss, isNotPlaced, newSearch, VISIBILITY_MS } from '../../engine/resolution.ts'
import type { Search } from '../../engine/resolution.ts'
import { askOpenOrders, askTrades } from './queries.ts'
import { askVenue, spawn, venueNowMs } from './session.ts'
import type { Session } from './session.ts'

const PAUSE_MS_MIN = 1_000
const PAUSE_MS_MAX = 5_000

/** Begins to ask after every order that does not end by itself; each is asked after by one task. */
export function attendOrders(session: Session): void {
  for (const [id, record] of session.desk.ledger) {
    if (session.attended.has(id) || !needsAttention(session, record)) continue
    session.attended.add(id)
    spawn(session, async () => {
      await attend(session, id)
      session.attended.delete(id)
    })
  }
}

/**
 * Lost orders, those being canceled, those that should have ended on arrival, and those not listed as open.
 */
function needsAttention({ suspects }: Session, { request, state }: OrderRecord): boolean {
  if (state === 'unknown' || state === 'cancelPending') return true
  const isAtVenue = state === 'accepted' || state === 'partiallyFilled'
  const isBrief = request.type === 'market' || request.timeInForce !== 'gtc'
  const isTriggered = request.type === 'stop' || request.type === 'stopLimit'
  return isAtVenue && ((isBrief && !isTriggered) || suspects.has(request.clientOrderId))
}

async function attend(session: Session, id: ClientOrderId): Promise<void> {
  const { clock } = session.options
  const { signal } = session.stop
  const knownMs = clock.monotonicMs()
  let search = newSearch
  let pauseMs = PAUSE_MS_MIN
  while (!signal.aborted) {
    const record = session.desk.ledger.get(id)
    if (record === undefined || !needsAttention(session, record)) return
    if (record.state === 'cancelPending') await cancelOrder(session, id)
    const isFound = await askOrder(session, id)
    if (isFound === false && record.state === 'unknown')
      search = await lookOn(session, id, { search, knownMs })
    if (record.state === 'cancelPending') pauseMs = PAUSE_MS_MIN
    await clock.sleep(pauseMs, signal)
    pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)
  }
}

/** Asks the venue to cancel it. What became of it is asked apart. */
export async function cancelOrder(session: Session, id: ClientOrderId): Promise<void> {
  const { gateway, instrument } = session.options
  await askVenue(session, () => gateway.cancel(instrument.id, id))
}

/** False when the venue says that there is no such order, null when it says nothing. */
export async function askOrder(session: Session, id: ClientOrderId): Promise<boolean | null> {
  const { gateway, instrument } = session.options
  const reply = await askVenue(session, () => gateway.order(instrument.id, id))
  if (reply === null) return null
  if (reply.answer === null) return false
  if (reply.answer.state === 'open') session.suspects.delete(id)
  session.news.orders.set(id, reply.answer)
  session.loop.ring()
  return true
}

/**
 * A lost order that the venue does not know: looks for it among open orders and trades too. Only looks that
 * find nothing at all, from when nothing can arrive any more, show that it was never placed.
 */
async function lookOn(
  session: Session,
  id: ClientOrderId,
  { search, knownMs }: Readonly<{ search: Search; knownMs: number }>,
): Promise<Search> {
  const { clock, visibilityMs = VISIBILITY_MS } = session.options
  const startMs = clock.monotonicMs()
  const submitMs = session.desk.notes.get(id)?.submitMs ?? Infinity
  const sinceSubmitMs = venueNowMs(session) - submitMs
  const open = await askOpenOrders(session)
  const trades = await askTrades(session, 'again')
  if (open === null || trades === null) return search
  const isThere = ({ clientOrderId }: Readonly<{ clientOrderId: string }>): boolean => clientOrderId === id
  if (open.some(isThere) || trades.some(isThere)) return search
  const look = { sinceSubmitMs, sinceKnownMs: startMs - knownMs, startMs, visibilityMs }
  const next = afterMiss(search, look)
  if (isNotPlaced(next)) {
    session.news.notPlaced.set(
      id,
      `not found in ${next.misses} looks, ${sinceSubmitMs} ms after its submission`,
    )
    session.loop.ring()
  }
  return next
}
