import { quantity as quantityOfText, toNumber, ZERO_MONEY } from '../../domain/decimal.ts'
import type { Money, Price, Quantity } from '../../domain/decimal.ts'
import { CdbError } from '../../domain/errors.ts'
import type { ExecutionReport, Fill } from '../../domain/execution-report.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { opposite } from '../../domain/market.ts'
import type { MarketEvent } from '../../domain/market.ts'
import type { ClientOrderId, OrderRequest } from '../../domain/order.ts'
import type { ParamValues } from '../../domain/param.ts'
import { approvedOrder } from '../../engine/approved-order.ts'
import { createPaperVenue } from '../../engine/paper-venue/paper-venue.ts'
import type { VenueTotals } from '../../engine/paper-venue/paper-venue.ts'
import type { AccountTrade, OrderForm } from './venue-order.ts'

/** The paper venue, with the ids of its own that let a client id come again. */
export type Matching = Readonly<{
  /** The first report says whether it was accepted; what it filled at once follows. */
  place(form: OrderForm, quantity: Quantity, nowMs: number): Placing
  cancel(id: string, nowMs: number): readonly ExecutionReport[]
  onMarket(event: MarketEvent): readonly ExecutionReport[]
  totals(): VenueTotals
}>

export type Placing = Readonly<{ id: string; reports: readonly ExecutionReport[] }>

export type MatchingOptions = Readonly<{
  instrument: Instrument
  account: string
  cash: Money
  params: ParamValues
  seed: number
  /** Trades of the account so far: its balances follow from them. */
  trades: readonly AccountTrade[]
}>

/** Throws CDB_DATA_FOREIGN when the fees of the trades are not those of the parameters. */
export function createMatching(options: MatchingOptions): Matching {
  const { account } = options
  // Filters are the exchange's to check: the rest of a part filled order may be below the smallest.
  const instrument: Instrument = {
    ...options.instrument,
    quantityMin: options.instrument.lotSize,
    notionalMin: ZERO_MONEY,
  }
  const params: ParamValues = { ...options.params, latencyMs: 0, latencyJitterMs: 0 }
  const venue = createPaperVenue({ ...options, instrument, params, short: false })
  let count = 0
  let clockMs = 1

  /** The venue moves with market time, which stands still between two events. */
  const settle = (nowMs: number): readonly ExecutionReport[] => {
    clockMs = Math.max(clockMs, nowMs)
    return venue.onMarket({ kind: 'heartbeat', eventMs: clockMs })
  }
  const matching: Matching = {
    place(form, quantity, nowMs) {
      clockMs = Math.max(clockMs, nowMs)
      const id = `part${++count}`
      const order = requestOf({ form, quantity, id, account, instrument, nowMs: clockMs })
      venue.submit(approvedOrder({ kind: 'approved', order }), clockMs)
      return { id, reports: settle(clockMs) }
    },
    cancel(id, nowMs) {
      clockMs = Math.max(clockMs, nowMs)
      venue.cancel(id as ClientOrderId, clockMs)
      return settle(clockMs)
    },
    onMarket(event) {
      clockMs = Math.max(clockMs, event.eventMs)
      return venue.onMarket(event)
    },
    totals: () => venue.totals(),
  }
  for (const trade of options.trades) tradeAgain(matching, instrument, trade)
  if (options.trades.length > 0) matching.onMarket({ kind: 'bookReset', eventMs: clockMs })
  return matching
}

type Wanted = Readonly<{
  form: OrderForm
  quantity: Quantity
  id: string
  account: string
  instrument: Instrument
  nowMs: number
}>

const requestOf = ({ form, quantity, id, account, instrument, nowMs }: Wanted): OrderRequest => ({
  ...form,
  quantity,
  slot: id,
  clientOrderId: id as ClientOrderId,
  account,
  strategy: '',
  instrument: instrument.id,
  purpose: 'entry',
  decisionPrice: form.price ?? form.stopPrice ?? instrument.tickSize,
  decidedMs: nowMs,
  expiresMs: null,
})

const AMPLE = quantityOfText('1000000')

/** Makes the market in which the trade happened, and lets it happen once more. */
function tradeAgain(matching: Matching, instrument: Instrument, trade: AccountTrade): void {
  const { side, price, quantity, isMaker } = trade
  const form: OrderForm = {
    ...{ clientOrderId: '', side, type: 'limit', quantity, price, stopPrice: null },
    ...{ timeInForce: isMaker ? 'gtc' : 'ioc', postOnly: false, reduceOnly: false, group: null },
  }
  const eventMs = 1
  const tick: bigint = instrument.tickSize
  const away = side === 'buy' ? tick : -tick
  const touch = isMaker ? ((price + away) as Price) : price
  const behind = (side === 'buy' ? touch - tick : touch + tick) as Price
  const [bid, ask] = side === 'buy' ? [behind, touch] : [touch, behind]
  const shown = toNumber(AMPLE)
  matching.onMarket({ kind: 'bookReset', eventMs })
  matching.onMarket({
    ...{ kind: 'quote', eventMs, bidPrice: toNumber(bid), askPrice: toNumber(ask) },
    ...{ bidQuantity: shown, askQuantity: shown },
  })
  const reports = [...matching.place(form, quantity, eventMs).reports]
  if (isMaker) {
    const through = toNumber(price - away)
    const crossing: MarketEvent = {
      ...{
        kind: 'trade',
        eventMs,
        tradeId: null,
        price: through,
        quantity: shown,
        aggressor: opposite(side),
      },
    }
    reports.push(...matching.onMarket(crossing))
  }
  const fill = reports.find((report): report is Fill => report.kind === 'filled')
  const isSame =
    fill !== undefined &&
    fill.quantity === quantity &&
    fill.price === price &&
    fill.fee === trade.fee &&
    fill.feeAsset === trade.feeAsset
  if (isSame) return
  throw new CdbError(
    'CDB_DATA_FOREIGN',
    `trade ${trade.tradeId} does not follow from these settings of the venue`,
    {
      mend: 'start the venue with the cash and fees it had, or with another state file',
    },
  )
}
