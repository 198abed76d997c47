import { formatDecimal } from '../../domain/decimal.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Quote, Trade } from '../../domain/market.ts'
import type { AssetBalance } from './exchange.ts'
import type { AccountTrade, OrderForm, OrderRecord } from './venue-order.ts'

/*
 * Binance's JSON. Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api
 */
type Json = Readonly<Record<string, unknown>>

export function typeOf({ type, postOnly }: OrderForm): string {
  switch (type) {
    case 'market':
      return 'MARKET'
    case 'limit':
      return postOnly ? 'LIMIT_MAKER' : 'LIMIT'
    case 'stop':
      return 'STOP_LOSS'
    case 'stopLimit':
      return 'STOP_LOSS_LIMIT'
    default:
      return type satisfies never
  }
}

const amountOf = (value: bigint | null): string => formatDecimal(value ?? 0n)

export const ackJson = (symbol: string, record: OrderRecord): Json => ({
  symbol,
  orderId: record.orderId,
  orderListId: -1,
  clientOrderId: record.form.clientOrderId,
  transactTime: record.placedMs,
})

export const orderJson = (symbol: string, record: OrderRecord): Json => ({
  symbol,
  orderId: record.orderId,
  orderListId: -1,
  clientOrderId: record.form.clientOrderId,
  price: amountOf(record.form.price),
  origQty: amountOf(record.form.quantity),
  executedQty: amountOf(record.filled),
  cummulativeQuoteQty: amountOf(record.value),
  status: record.status,
  timeInForce: record.form.timeInForce.toUpperCase(),
  type: typeOf(record.form),
  side: record.form.side.toUpperCase(),
  stopPrice: amountOf(record.form.stopPrice),
  time: record.placedMs,
  updateTime: record.updatedMs,
  isWorking: true,
})

export const accountTradeJson = (symbol: string, trade: AccountTrade): Json => ({
  symbol,
  id: trade.tradeId,
  orderId: trade.orderId,
  orderListId: -1,
  price: amountOf(trade.price),
  qty: amountOf(trade.quantity),
  commission: amountOf(trade.fee),
  commissionAsset: trade.feeAsset,
  time: trade.tradeMs,
  isBuyer: trade.side === 'buy',
  isMaker: trade.isMaker,
  isBestMatch: true,
})

export const accountJson = (balances: readonly AssetBalance[], updateTime: number): Json => ({
  canTrade: true,
  canWithdraw: false,
  canDeposit: false,
  accountType: 'SPOT',
  updateTime,
  balances: balances.map(({ asset, free, locked }) => ({
    asset,
    free: amountOf(free),
    locked: amountOf(locked),
  })),
  permissions: ['SPOT'],
})

export const exchangeInfoJson = (instrument: Instrument, serverTime: number): Json => ({
  timezone: 'UTC',
  serverTime,
  rateLimits: [],
  symbols: [
    {
      symbol: instrument.symbol,
      status: 'TRADING',
      baseAsset: instrument.base,
      quoteAsset: instrument.quote,
      orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT'],
      filters: [
        { filterType: 'PRICE_FILTER', tickSize: amountOf(instrument.tickSize) },
        {
          filterType: 'LOT_SIZE',
          minQty: amountOf(instrument.quantityMin),
          maxQty: amountOf(instrument.quantityMax),
          stepSize: amountOf(instrument.lotSize),
        },
        { filterType: 'NOTIONAL', minNotional: amountOf(instrument.notionalMin) },
        { filterType: 'MAX_NUM_ORDERS', maxNumOrders: instrument.openOrdersMax },
      ],
    },
  ],
})

/** Market data numbers print as they were told: their shortest text is the exact decimal. */
const numberText = (value: number): string =>
  String(value).includes('e') ? value.toFixed(12) : String(value)

export const publicTradeJson = (trade: Trade): Json => ({
  id: trade.tradeId,
  price: numberText(trade.price),
  qty: numberText(trade.quantity),
  time: trade.eventMs,
  isBuyerMaker: trade.aggressor === 'sell',
  isBestMatch: true,
})

export const tradeFrame = (symbol: string, trade: Trade): string =>
  JSON.stringify({
    ...{ e: 'trade', E: trade.eventMs, s: symbol, t: trade.tradeId },
    ...{ p: numberText(trade.price), q: numberText(trade.quantity), T: trade.eventMs },
    ...{ m: trade.aggressor === 'sell', M: true },
  })

export const quoteFrame = (symbol: string, quote: Quote, updateId: number): string =>
  JSON.stringify({
    ...{ u: updateId, s: symbol, b: numberText(quote.bidPrice), B: numberText(quote.bidQuantity) },
    ...{ a: numberText(quote.askPrice), A: numberText(quote.askQuantity) },
  })

/** What happened to an order, as the user stream tells it. */
export const executionReportJson = (
  symbol: string,
  record: OrderRecord,
  trade: AccountTrade | null,
): Json => ({
  e: 'executionReport',
  E: record.updatedMs,
  s: symbol,
  c: record.form.clientOrderId,
  S: record.form.side.toUpperCase(),
  o: typeOf(record.form),
  q: amountOf(record.form.quantity),
  p: amountOf(record.form.price),
  x: trade === null ? (record.status === 'PARTIALLY_FILLED' ? 'NEW' : record.status) : 'TRADE',
  X: record.status,
  i: record.orderId,
  l: amountOf(trade?.quantity ?? null),
  z: amountOf(record.filled),
  L: amountOf(trade?.price ?? null),
  n: amountOf(trade?.fee ?? null),
  N: trade?.feeAsset ?? null,
  T: record.updatedMs,
  t: trade?.tradeId ?? -1,
  m: trade?.isMaker ?? false,
})
