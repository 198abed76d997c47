import type { MarketBatch } from '../domain/market.ts'
import { addPoint } from './curve.ts'
import type { Curve } from './curve.ts'
import type { MarketSource } from './ports.ts'

/**
 * A source that draws the prices of what it hands on into a curve, for a report; the run itself does no more
 * work.
 */
export const drawPrices = (source: MarketSource, curve: Curve): MarketSource => ({
  instrument: source.instrument,
  async read(countMax) {
    const batch = await source.read(countMax)
    if (batch !== null) drawBatch(batch, curve)
    return batch
  },
  close: () => source.close(),
})

function drawBatch(batch: MarketBatch, curve: Curve): void {
  for (let index = 0; index < batch.length; index++) {
    const event = batch.at(index)
    if (event?.kind === 'trade') addPoint(curve, event.eventMs, event.price)
    else if (event?.kind === 'candle') addPoint(curve, event.eventMs, event.close)
  }
}
