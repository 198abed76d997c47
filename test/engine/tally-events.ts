import { ONE, price, quantity } from '../../src/domain/decimal.ts'
import type { Money, Price, Quantity } from '../../src/domain/decimal.ts'
import type { Mark } from '../../src/domain/event.ts'
import type { Fill } from '../../src/domain/execution-report.ts'
import { instrumentOf } from '../../src/domain/instruments.ts'
import type { Side } from '../../src/domain/market.ts'
import type { ClientOrderId } from '../../src/domain/order.ts'
import type { TradingEvent } from '../../src/domain/event.ts'
import type { LogEntry } from '../../src/engine/journal.ts'

export const instrument = instrumentOf('BTCUSDT.BINANCE')

/** An entry as the tally reads it; hashes play no part there. */
export const entryOf = (event: TradingEvent): LogEntry => ({
  ...{ seq: 1, causeSeq: 0, marketSeq: 1, event, payload: '', prevHash: '', hash: '' },
})

export const markAt = (eventMs: number, at: string): Mark => ({
  ...{ kind: 'mark', instrument: instrument.id, eventMs, price: price(at), bid: null, ask: null },
  ...{ volumeDay: quantity('1'), depth: null, stale: false, intervalMs: 0 },
})

export type FillFacts = Readonly<{
  atMs: number
  side: Side
  price: string
  quantity: string
  fee?: string
  id?: string
}>

export const fillOf = ({
  atMs,
  side,
  price: at,
  quantity: amount,
  fee = '0',
  id = `t${atMs}`,
}: FillFacts): Fill => ({
  ...{
    kind: 'filled',
    clientOrderId: `o${id}` as ClientOrderId,
    account: 'paper',
    instrument: instrument.id,
  },
  ...{ eventMs: atMs, tradeId: id, side, price: price(at), quantity: quantity(amount) },
  ...{ leaves: 0n as Quantity, fee: quantity(fee) as bigint as Money, feeAsset: 'USDT', liquidity: 'taker' },
})

/** price x quantity of whole ticks and lots, as the portfolio books it. */
export const valueOf = (at: Price, amount: Quantity): bigint => (at * amount) / ONE
