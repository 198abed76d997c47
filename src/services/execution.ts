import { CdbError } from '../domain/errors.ts'
import { isProtective } from '../domain/order.ts'
import { approvedOrder } from '../engine/approved-order.ts'
import type { Lease } from '../engine/lease.ts'
import { runLed } from '../engine/leadership.ts'
import type { Leadership } from '../engine/leadership.ts'
import type { OrderRecord } from '../engine/order-ledger.ts'
import { SNAPSHOT_ENTRIES } from '../engine/snapshot.ts'
import { submissionOf } from '../engine/submission.ts'
import type { Draft, TradingEntry } from '../engine/trading-log.ts'
import type { ScopeStates } from '../engine/trading-state.ts'
import { createVenueNews } from '../engine/venue-news.ts'
import { reportsOf } from '../engine/venue-reports.ts'
import type { Reports } from '../engine/venue-reports.ts'
import { askOrder, attendOrders, cancelOrder } from './execution/attention.ts'
import { createDeadMan, openAtVenue } from './execution/dead-man.ts'
import type { DeadMan } from './execution/dead-man.ts'
import { createPosts } from './execution/posts.ts'
import type { Posts, Submission } from './execution/posts.ts'
import { askTrades } from './execution/queries.ts'
import { createSession, foldEntries, spawn, takeSnapshot, venueNowMs } from './execution/session.ts'
import type { ExecutionOptions, Session } from './execution/session.ts'
import { watchVenue } from './execution/watch.ts'

export type { ExecutionOptions } from './execution/session.ts'

const BATCH_MAX = 500
/** How long the log is trusted to say by itself that there is more. */
const POLL_MS = 250
const RETRY_MS = 500
/** Without events the cursor is moved this seldom. */
const QUIET_ENTRIES_MAX = 500
/** How long an answer to a POST is waited for on the way out. */
const DRAIN_MS = 10_000
/** Queries under way on the way out say nothing that the next process cannot ask. */
const TASKS_MS = 500
/** An order in doubt for this long takes its account's new risk with it (C24). */
const DOUBT_MS = 30_000

/** A session that leads. */
type Led = Readonly<{
  session: Session
  leadership: Leadership
  posts: Posts
  deadMan: DeadMan
  /** Aborted: no more is taken in. */
  signal: AbortSignal
}> & {
  cursorSeq: number
  snapshotSeq: number
  waiting: Promise<void> | null
}

/**
 * The execution service: reads the trading log, sends each approved order once, ever, and writes what the
 * venue says of it. An order is committed as submitting before its one POST; what has no answer is unknown
 * until the venue's queries tell. What it knows is the fold of the log, so that a standby that follows can
 * take over at any point. A failed commit ends it. Throws CDB_FENCED and what the log throws.
 */
export async function runExecution(options: ExecutionOptions): Promise<void> {
  const session = await createSession(options)
  await runLed(options, 'execution', async (leadership, signal) => {
    await standBy(session, leadership, signal)
    if (!signal.aborted) await lead(session, leadership, signal)
  })
}

/** Follows the log until this process leads. */
async function standBy(session: Session, leadership: Leadership, signal: AbortSignal): Promise<void> {
  const { clock, telemetry, wire } = session.options
  while (!signal.aborted) {
    const isLeading = leadership.current() !== null
    try {
      await readOn(session)
      telemetry.ready('trading log', '')
      if (isLeading) return
      await wire.wait(session.desk.seq, POLL_MS, signal)
    } catch (error) {
      tolerate(session, error)
      await clock.sleep(RETRY_MS, signal)
    }
  }
}

async function lead(session: Session, leadership: Leadership, signal: AbortSignal): Promise<void> {
  const { clock, log, telemetry } = session.options
  const led: Led = {
    ...{ session, leadership, signal, waiting: null, cursorSeq: 0, snapshotSeq: session.desk.seq },
    posts: createPosts(session, leadership),
    deadMan: createDeadMan(session),
  }
  try {
    led.cursorSeq = (await untilReached(led, () => log.cursor('execution'))) ?? 0
    watchVenue(session)
    while (!signal.aborted) {
      session.loop.close()
      if (session.failure !== null) throw session.failure
      if ((await untilReached(led, () => readOn(session))) === null) break
      const lease = leadership.current()
      if (lease === null) {
        await led.deadMan.silent()
        await clock.sleep(POLL_MS, signal)
        continue
      }
      led.deadMan.alive()
      telemetry.set('log_head', session.desk.seq)
      // Cancels go ahead of new orders.
      attendOrders(session)
      if (!(await commitStep(led, lease))) await idle(led)
    }
    await drain(led)
  } finally {
    session.stop.abort()
    const enough = new AbortController()
    await Promise.race([Promise.all(session.tasks), clock.sleep(TASKS_MS, enough.signal)])
    enough.abort()
  }
}

/** Reads and folds the log up to its head. */
async function readOn(session: Session): Promise<true> {
  const { log } = session.options
  for (;;) {
    const entries = await log.read(session.desk.seq, BATCH_MAX)
    foldEntries(session, entries)
    if (entries.length < BATCH_MAX) return true
  }
}

/** Reads may be tried again, for as long as nobody else leads; null when told to stop. */
async function untilReached<T>(led: Led, read: () => Promise<T>): Promise<T | null> {
  const { clock, telemetry } = led.session.options
  while (!led.signal.aborted) {
    try {
      const result = await read()
      telemetry.ready('trading log', '')
      return result
    } catch (error) {
      tolerate(led.session, error)
      await led.deadMan.silent()
      await clock.sleep(RETRY_MS, led.signal)
    }
  }
  return null
}

function tolerate({ options }: Session, error: unknown): void {
  if (!(error instanceof CdbError) || error.code !== 'CDB_DATABASE_UNREACHABLE') throw error
  options.telemetry.ready('trading log', error.message)
}

async function idle(led: Led): Promise<void> {
  const { session, signal } = led
  const { wire } = session.options
  led.waiting ??= wire.wait(session.desk.seq, POLL_MS, signal).finally(() => {
    led.waiting = null
  })
  await Promise.race([led.waiting, session.loop.opened()])
}

/** Writes what the venue has said and what becomes of the approved orders; false when there was nothing. */
async function commitStep(led: Led, lease: Lease): Promise<boolean> {
  const { session } = led
  const { desk, options } = session
  const { placements, isReconciled } = session.news
  const { account, instrument } = options
  const facts = { account, instrument, nowMs: venueNowMs(session), inFlight: session.inFlight }
  const reports = reportsOf(desk, session.news, { ...facts, ghosts: session.ghosts })
  session.news = createVenueNews()
  followUp(session, reports)
  const due = led.signal.aborted ? [] : dueOrders(session)
  const isQuiet = reports.drafts.length === 0 && due.length === 0
  if (!isQuiet || desk.seq - led.cursorSeq >= QUIET_ENTRIES_MAX) await commit(led, lease, reports.drafts, due)
  for (const id of placements.keys()) session.inFlight.delete(id)
  if (isReconciled) session.isReconciled = true
  return !isQuiet || isReconciled
}

/** What the news asks for: orders to ask after, trades to ask again for, orders that must not be there. */
function followUp(session: Session, { missing, lacksTrades, ghosts, unwanted }: Reports): void {
  for (const id of missing) session.suspects.add(id)
  for (const id of session.suspects) if (!session.desk.ledger.has(id)) session.suspects.delete(id)
  if (lacksTrades) {
    spawn(session, async () => {
      await askTrades(session, 'again')
    })
  }
  for (const id of unwanted) spawn(session, () => cancelOrder(session, id))
  session.ghosts = ghosts
}

/** Approved orders whose turn it is. Before the account has been reconciled only those that come too late. */
function dueOrders(session: Session): readonly OrderRecord[] {
  const nowMs = venueNowMs(session)
  const { approvalAgeMsMax } = session.options
  return [...session.desk.ledger.values()].filter(
    ({ state, request }) =>
      state === 'approved' && (session.isReconciled || nowMs - request.decidedMs > approvalAgeMsMax),
  )
}

async function commit(
  led: Led,
  lease: Lease,
  reports: readonly Draft[],
  due: readonly OrderRecord[],
): Promise<void> {
  const { session } = led
  const { log, wire, clock } = session.options
  const toSeq = session.desk.seq
  const startMs = clock.monotonicMs()
  let submitMonotonicMs = startMs
  const decide = (states: ScopeStates): readonly Draft[] => {
    submitMonotonicMs = clock.monotonicMs()
    return [...reports, ...due.map((record) => submissionDraft(session, record, states))]
  }
  const cursor = { consumer: 'execution', fromSeq: led.cursorSeq, toSeq } as const
  const drafts = due.length === 0 ? reports : decide
  let entries: readonly TradingEntry[]
  try {
    entries = await log.commit({ writer: 'execution', lease, cursor, drafts })
  } catch (error) {
    session.options.telemetry.count('commit_failures_total')
    await outlast(led, error)
    throw error
  }
  const submissions = submissionsOf(entries, due, submitMonotonicMs)
  for (const { order } of submissions) session.inFlight.add(order.clientOrderId)
  led.posts.send(submissions)
  led.cursorSeq = toSeq
  wire.announce(entries)
  tell(session, entries, clock.monotonicMs() - startMs)
  if (led.cursorSeq - led.snapshotSeq >= SNAPSHOT_ENTRIES) {
    await takeSnapshot(session)
    led.snapshotSeq = session.desk.seq
  }
}

function submissionDraft(session: Session, { request }: OrderRecord, states: ScopeStates): Draft {
  const { approvalAgeMsMax } = session.options
  const facts = { states, nowMs: venueNowMs(session), approvalAgeMsMax, doubt: doubtOf(session) }
  const causeSeq = session.desk.notes.get(request.clientOrderId)?.approvedSeq ?? 0
  return { event: submissionOf(request, facts), causeSeq, marketSeq: 0 }
}

/** Why no new risk may be sent; empty when it may. */
function doubtOf(session: Session): string {
  const { desk, options } = session
  if (session.clockFault !== '') return session.clockFault
  if (desk.clockOff) return 'the clock was off'
  if (desk.unexplained !== '') return `unexplained at the venue: ${desk.unexplained}`
  if (options.clock.monotonicMs() < session.refusedUntilMs) return 'the venue refuses requests'
  const nowMs = venueNowMs(session)
  for (const [id, { unknownMs }] of desk.notes) {
    if (desk.ledger.get(id)?.state === 'unknown' && nowMs - unknownMs > DOUBT_MS)
      return `order ${id} is in doubt`
  }
  return ''
}

/** Only what stands on the log as submitting is sent, with the time that stands there. */
function submissionsOf(
  entries: readonly TradingEntry[],
  due: readonly OrderRecord[],
  submitMonotonicMs: number,
): readonly Submission[] {
  return entries.flatMap(({ event }) => {
    if (event.kind !== 'submitting') return []
    const record = due.find(({ request }) => request.clientOrderId === event.clientOrderId)
    if (record === undefined) return []
    const order = approvedOrder({ kind: 'approved', order: record.request })
    return [{ order, submitMs: event.eventMs, submitMonotonicMs }]
  })
}

/**
 * The service ends with the commit, but not while the log is out of reach and orders would be left open
 * unseen.
 */
async function outlast(led: Led, error: unknown): Promise<void> {
  const isOutage =
    error instanceof CdbError &&
    (error.code === 'CDB_DATABASE_UNREACHABLE' || error.code === 'CDB_COMMIT_UNKNOWN')
  if (isOutage) await untilReached(led, () => led.session.options.log.headSeq())
}

function tell(session: Session, entries: readonly TradingEntry[], ms: number): void {
  const { telemetry } = session.options
  telemetry.observe('commit_seconds', ms)
  telemetry.count('commits_total')
  telemetry.count('entries_committed_total', entries.length)
  const states = [...session.desk.ledger.values()].map(({ state }) => state)
  const ordersUnknown = states.filter((state) => state === 'unknown').length
  telemetry.set('orders_open', states.length)
  telemetry.set('orders_unknown', ordersUnknown)
  telemetry.status({ logSeq: session.desk.seq, ordersOpen: states.length, ordersUnknown })
  for (const { event, seq } of entries) {
    // What has just been taken may be filled by now.
    if (event.kind === 'accepted') session.trades.ring()
    if (event.kind === 'filled') telemetry.count('fills_total')
    if (event.kind === 'discrepancy') {
      telemetry.count('discrepancies_total')
      telemetry.log('error', event.detail, { seq, code: event.code, subject: event.subject })
    } else if ('clientOrderId' in event) {
      telemetry.log('info', event.kind, { seq, clientOrderId: event.clientOrderId })
    }
  }
}

/**
 * Answers that are on their way are waited for and written; what rests stays, unless it is to be canceled.
 */
async function drain(led: Led): Promise<void> {
  const { session } = led
  await led.posts.settled(DRAIN_MS)
  if (session.failure !== null) throw session.failure
  let lease = led.leadership.current()
  if (lease === null) return
  await readOn(session)
  await commitStep(led, lease)
  if (session.options.cancelOnStop !== true) return
  await readOn(session)
  const resting = openAtVenue(session).filter((id) => {
    const request = session.desk.ledger.get(id)?.request
    return request !== undefined && !isProtective(request.purpose)
  })
  await Promise.all(resting.map((id) => cancelOrder(session, id)))
  await Promise.all(resting.map((id) => askOrder(session, id)))
  await askTrades(session, 'again')
  lease = led.leadership.current()
  if (lease !== null) await commitStep(led, lease)
}
