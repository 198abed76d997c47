import type { Gap, MarketEvent } from '../domain/market.ts'
import type { StreamedBatch } from './market-stream.ts'
import { createTradeOrder, isNumbered } from './trade-order.ts'
import type { NumberedTrade, TradeOrder } from './trade-order.ts'

/** A reader's place in a market stream: each event once, in order, and a gap wherever some are missing. */
export type MarketSequence = Readonly<{
  /** Hands on what is new in the batch, with the number of each event. */
  accept(batch: StreamedBatch, onEvent: (event: MarketEvent, seq: number) => void): void
}>

type SequenceState = {
  readonly order: TradeOrder
  epoch: number
  /** Number of the event that comes next; null before the first batch. */
  nextSeq: number | null
  lastMs: number
}

/**
 * What was published twice by one publisher is known by its number; what two publishers have both published,
 * around a takeover, by the trade's id. `last` is the newest trade that the reader has from before, if any.
 */
export function createMarketSequence(last: NumberedTrade | null = null): MarketSequence {
  const state: SequenceState = { order: createTradeOrder(), epoch: 0, nextSeq: null, lastMs: 0 }
  if (last !== null) state.order.take(last)
  return {
    accept(batch, onEvent) {
      const { epoch, firstSeq, events } = batch
      const first = events[0]
      if (first === undefined || epoch < state.epoch) return
      const skipped = skippedOf(state, batch)
      if (skipped >= events.length) return
      if (state.nextSeq !== null && firstSeq + skipped !== state.nextSeq) {
        onEvent(gapBefore(state, first), firstSeq)
      }
      state.epoch = epoch
      state.nextSeq = firstSeq + events.length
      for (const [index, event] of events.entries()) {
        if (index >= skipped) follow(state, event, firstSeq + index, onEvent)
      }
    },
  }
}

/** A publisher that got no answer publishes again, with the same numbers. */
const skippedOf = ({ epoch, nextSeq }: SequenceState, batch: StreamedBatch): number =>
  nextSeq === null || batch.epoch !== epoch ? 0 : Math.max(0, nextSeq - batch.firstSeq)

function follow(
  state: SequenceState,
  event: MarketEvent,
  seq: number,
  onEvent: (event: MarketEvent, seq: number) => void,
): void {
  if (isNumbered(event)) {
    const place = state.order.placeOf(event)
    if (place === 'seen') return
    if (place === 'restarted') onEvent(gapBefore(state, event), seq)
    state.order.take(event)
  }
  if (event.eventMs > state.lastMs) state.lastMs = event.eventMs
  onEvent(event, seq)
}

const gapBefore = ({ lastMs }: SequenceState, { eventMs }: MarketEvent): Gap => ({
  kind: 'gap',
  eventMs,
  gapMs: Math.max(0, eventMs - lastMs),
})
