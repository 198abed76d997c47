import { createExchange } from '../../../src/adapters/venue-simulator/exchange.ts'
import type { Exchange } from '../../../src/adapters/venue-simulator/exchange.ts'
import { createForgetfulState } from '../../../src/adapters/venue-simulator/state-file.ts'
import type { StateFile } from '../../../src/adapters/venue-simulator/state-file.ts'
import type { OrderForm, OrderRecord } from '../../../src/adapters/venue-simulator/venue-order.ts'
import { money, quantity } from '../../../src/domain/decimal.ts'
import { parseParams } from '../../../src/domain/param.ts'
import { paperVenueParams } from '../../../src/engine/paper-venue/paper-venue.ts'
import { simulated } from './simulator.ts'

export const NOW_MS = Date.UTC(2026, 0, 1)
export const plain = { isExternal: false, hideMs: 0, partsMs: null } as const

/** An exchange whose book is one quote of 100 at 60,000 and 60,001. */
export function openExchange(
  state: StateFile = createForgetfulState(),
  venue: Readonly<Record<string, string>> = {},
): Readonly<{ exchange: Exchange; updates: string[] }> {
  const updates: string[] = []
  const exchange = createExchange({
    ...{ instrument: simulated, account: 'account', cash: money('10000'), seed: 1, startMs: NOW_MS, state },
    params: parseParams('paper venue', paperVenueParams, venue),
    onUpdate: (record, trade) => updates.push(`${trade === null ? '' : 'trade '}${record.status}`),
  })
  quoteAt(exchange, 60_000)
  return { exchange, updates }
}

export const quoteAt = (exchange: Exchange, bidPrice: number, eventMs = NOW_MS): void => {
  exchange.onMarket({
    ...{ kind: 'quote', eventMs, bidPrice, bidQuantity: 100, askPrice: bidPrice + 1, askQuantity: 100 },
  })
}

export const formOf = (fields: Partial<OrderForm> = {}): OrderForm => ({
  ...{
    clientOrderId: 'cdb1',
    side: 'buy',
    type: 'market',
    quantity: quantity('0.1'),
    price: null,
    stopPrice: null,
  },
  ...{ timeInForce: 'gtc', postOnly: false, reduceOnly: false, group: null },
  ...fields,
})

export const accepted = (placed: ReturnType<Exchange['place']>): OrderRecord => {
  if ('code' in placed) throw new Error(`refused: ${placed.message}`)
  return placed
}
