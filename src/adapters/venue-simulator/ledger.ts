import { formatDecimal } from '../../domain/decimal.ts'
import { totalsOf } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import type { StateFile } from './state-file.ts'

/** What came in for one client order id. */
type Posts = { posts: number; refused: number; receivedMs: number }

/** Counts the POSTs of orders by client order id: those received, and of them those that were refused. */
export type PostCount = Readonly<{
  received(clientOrderId: string, receivedMs: number): void
  refused(clientOrderId: string): void
  entries(): IterableIterator<readonly [string, Readonly<Posts>]>
}>

export function createPostCount(state: StateFile): PostCount {
  const counts = new Map<string, Posts>()
  const note = (clientOrderId: string, receivedMs: number, isRefused: boolean): void => {
    const count = counts.get(clientOrderId) ?? { posts: 0, refused: 0, receivedMs }
    if (isRefused) count.refused += 1
    else count.posts += 1
    counts.set(clientOrderId, count)
  }
  for (const line of state.lines) {
    if (line.kind === 'post') note(line.clientOrderId, line.receivedMs, line.isRefused)
  }
  const append = (clientOrderId: string, receivedMs: number, isRefused: boolean): void => {
    note(clientOrderId, receivedMs, isRefused)
    state.append({ kind: 'post', clientOrderId, receivedMs, isRefused })
  }
  return {
    received(clientOrderId, receivedMs) {
      append(clientOrderId, receivedMs, false)
    },
    refused(clientOrderId) {
      append(clientOrderId, counts.get(clientOrderId)?.receivedMs ?? 0, true)
    },
    entries: () => counts.entries(),
  }
}

/** The venue's own account of everything, to be compared with ours. */
export type VenueLedger = Readonly<{
  orders: readonly Readonly<{
    clientOrderId: string
    /** POSTs received, refused ones included. */
    posts: number
    refused: number
    /** Time of the first POST; null for an order by hand. */
    receivedMs: number | null
    /** Of the newest order of this id; `refused` when there is none. */
    state: string
    filled: string
  }>[]
  trades: readonly Readonly<{
    tradeId: string
    clientOrderId: string
    side: string
    price: string
    quantity: string
    fee: string
    feeAsset: string
  }>[]
  balances: Readonly<Record<string, string>>
}>

export function ledgerOf(exchange: Exchange, posts: PostCount): VenueLedger {
  const counted = [...posts.entries()].map(([clientOrderId, count]) => {
    const record = exchange.order(clientOrderId)
    const filled = formatDecimal(record?.filled ?? 0n)
    return { clientOrderId, ...count, state: record?.status.toLowerCase() ?? 'refused', filled }
  })
  const byHand = exchange
    .orders()
    .filter((record) => record.isExternal)
    .map(({ form, status, filled }) => ({
      ...{ clientOrderId: form.clientOrderId, posts: 0, refused: 0, receivedMs: null },
      ...{ state: status.toLowerCase(), filled: formatDecimal(filled) },
    }))
  return {
    orders: [...counted, ...byHand],
    trades: exchange.trades().map((trade) => ({
      ...{ tradeId: String(trade.tradeId), clientOrderId: trade.clientOrderId, side: trade.side },
      ...{ price: formatDecimal(trade.price), quantity: formatDecimal(trade.quantity) },
      ...{ fee: formatDecimal(trade.fee), feeAsset: trade.feeAsset },
    })),
    balances: totalsOf(exchange),
  }
}
