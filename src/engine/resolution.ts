import { RECV_WINDOW_MS } from './venue-gateway.ts'

/** How far a packet of ours may be ahead of the venue's time (Binance accepts one second). */
const AHEAD_MS = 1_000
/** The venue's own time limit on its matching (Binance answers "send status unknown" after it). */
const VENUE_TIMEOUT_MS = 10_000
/** How long an order that was taken may stay hidden from queries. */
export const VISIBILITY_MS = 15_000

/** Looks that found nothing must be this far apart, and this many. */
export const LOOKS_APART_MS = 5_000
export const LOOKS_MIN = 3

/** Looks for one order that found nothing, since looking counts. */
export type Search = Readonly<{ misses: number; lastMissMs: number }>

export const newSearch: Search = { misses: 0, lastMissMs: -Infinity }

/** How long after its submission an order that does not show may still come to light (T_safe). */
export const safeAfterMs = (visibilityMs: number): number =>
  RECV_WINDOW_MS + AHEAD_MS + VENUE_TIMEOUT_MS + visibilityMs

export type Look = Readonly<{
  /**
   * When the look began: since the submission by the venue's time, and since we first knew by a clock that
   * cannot be set.
   */
  sinceSubmitMs: number
  sinceKnownMs: number
  /** Monotonic time when the look began. */
  startMs: number
  visibilityMs: number
}>

/**
 * The search after a look that found no order, no open order and no trade. It counts only once no packet of
 * ours can be accepted any more, by both clocks, and well apart from the one before.
 */
export function afterMiss(search: Search, look: Look): Search {
  const safeMs = safeAfterMs(look.visibilityMs)
  const isSafe = look.sinceSubmitMs >= safeMs && look.sinceKnownMs >= safeMs
  if (!isSafe || look.startMs - search.lastMissMs < LOOKS_APART_MS) return search
  return { misses: search.misses + 1, lastMissMs: look.startMs }
}

/** Whether the venue has been shown never to have had the order. */
export const isNotPlaced = ({ misses }: Search): boolean => misses >= LOOKS_MIN
