import { balanceDifferences, clockFault, unexplainedBalances } from '../../engine/reconciliation.ts'
import type { OpeningBalances } from '../../engine/reconciliation.ts'
import { askOpenOrders, askTrades } from './queries.ts'
import { askVenue, spawn } from './session.ts'
import type { Session } from './session.ts'

const OPEN_ORDERS_MS = 10_000
const CLOCK_MS = 30_000
const BALANCES_MS = 60_000
const TRADES_AGAIN_MS = 300_000
const RETRY_MS = 1_000
/** A burst of news is one question: venues weigh questions, and that for open orders much. */
const NEWS_APART_MS = 250
const OPEN_APART_MS = 1_000
/** What is booked and what is held are compared at rest, twice, this far apart. */
const SETTLE_MS = 5_000

/** Begins to watch the account at the venue: first everything at once, then each at its pace. */
export function watchVenue(session: Session): void {
  spawn(session, async () => {
    await reconcileFirst(session)
    spawn(session, () => followNews(session))
    spawn(session, () => every(session, OPEN_ORDERS_MS, () => askOpenOrders(session)))
    spawn(session, () => every(session, CLOCK_MS, () => askClock(session)))
    spawn(session, () => every(session, TRADES_AGAIN_MS, () => askTrades(session, 'again')))
    spawn(session, () => watchBalances(session))
  })
}

/** Nothing is sent before clock, open orders and trades have been heard of (2.7). */
async function reconcileFirst(session: Session): Promise<void> {
  const { clock, telemetry } = session.options
  const { signal } = session.stop
  telemetry.ready('reconciliation', 'the account has not been compared with the venue yet')
  while (!signal.aborted) {
    const hasClock = await askClock(session)
    const open = hasClock ? await askOpenOrders(session) : null
    const trades = open === null ? null : await askTrades(session, 'again')
    if (trades !== null) {
      session.news.isReconciled = true
      session.loop.ring()
      telemetry.count('reconciliations_total')
      telemetry.ready('reconciliation', '')
      return
    }
    await clock.sleep(RETRY_MS, signal)
  }
}

async function every(session: Session, ms: number, ask: () => Promise<unknown>): Promise<void> {
  const { clock, telemetry } = session.options
  const { signal } = session.stop
  for (;;) {
    await clock.sleep(ms, signal)
    if (signal.aborted) return
    await ask()
    telemetry.count('reconciliations_total')
  }
}

async function askClock(session: Session): Promise<boolean> {
  const reply = await askVenue(session, () => session.options.gateway.clockOffset())
  if (reply === null) return false
  session.offsetMs = reply.answer.offsetMs
  session.clockFault = clockFault(reply.answer)
  session.news.clock = reply.answer
  session.loop.ring()
  return true
}

/**
 * Asks for trades whenever the venue has news of the account or an order has just been taken, and now and
 * then.
 */
async function followNews(session: Session): Promise<void> {
  const { gateway, clock } = session.options
  const { signal } = session.stop
  let news: Promise<void> | null = null
  let openAskedMs = -Infinity
  let isOpenDue = false
  for (;;) {
    news ??= gateway.waitForNews(OPEN_ORDERS_MS, signal).then(() => {
      news = null
    })
    const reasons = [news, session.trades.opened()]
    if (isOpenDue) reasons.push(clock.sleep(OPEN_APART_MS, signal))
    await Promise.race(reasons)
    if (signal.aborted) return
    session.trades.close()
    await askTrades(session, 'new')
    isOpenDue = session.desk.ledger.size > 0
    if (isOpenDue && clock.monotonicMs() - openAskedMs >= OPEN_APART_MS) {
      openAskedMs = clock.monotonicMs()
      isOpenDue = (await askOpenOrders(session)) === null
    }
    await clock.sleep(NEWS_APART_MS, signal)
  }
}

/** Balances against what the fills explain; a difference must be there twice, with nothing on its way. */
async function watchBalances(session: Session): Promise<void> {
  const { clock, telemetry, instrument, cash } = session.options
  const { signal } = session.stop
  let opening: OpeningBalances | null = null
  if (cash !== undefined)
    opening = new Map([
      [instrument.quote, cash],
      [instrument.base, 0n],
    ])
  while (!signal.aborted) {
    const first = await unexplainedAtRest(session)
    if (first !== null) {
      telemetry.count('reconciliations_total')
      opening ??= first
      await compareTwice(session, opening, first)
    }
    await clock.sleep(opening === null ? OPEN_ORDERS_MS : BALANCES_MS, signal)
  }
}

async function compareTwice(
  session: Session,
  opening: OpeningBalances,
  first: OpeningBalances,
): Promise<void> {
  const { instrument } = session.options
  const differences = balanceDifferences(instrument, opening, first)
  if (differences.size === 0) return
  const second = await unexplainedAtRest(session)
  if (second === null) return
  const again = balanceDifferences(instrument, opening, second)
  for (const [asset, detail] of differences) {
    if (again.get(asset) === detail) session.news.balances.set(asset, detail)
  }
  session.loop.ring()
}

/** Null while an order is on its way, or when a fill came meanwhile. */
async function unexplainedAtRest(session: Session): Promise<OpeningBalances | null> {
  const { clock, gateway, instrument } = session.options
  const { desk } = session
  const isMoving = [...desk.ledger.values()].some(
    ({ state, request }) => state === 'submitting' || state === 'unknown' || request.type === 'market',
  )
  if (isMoving) return null
  const { fillCount } = desk
  const reply = await askVenue(session, () => gateway.balances())
  if (reply === null || (await askTrades(session, 'new')) === null) return null
  await clock.sleep(SETTLE_MS, session.stop.signal)
  if (session.stop.signal.aborted || desk.fillCount !== fillCount || session.news.trades.size > 0) return null
  return unexplainedBalances(desk, instrument, reply.answer)
}
