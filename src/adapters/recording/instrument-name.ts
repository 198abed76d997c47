/*
 * The instrument by the names that publishers give their files:
 * `BTCUSDT-trades-2024-01.zip`, `BTCUSDT-1m-2024-01-05.csv` (Binance public data);
 * `coinbase-minute-btcusd-20180404_trade.zip`, `coinbase/minute/btcusd/20180404_trade.zip` (LEAN).
 */
const BINANCE =
  /(?:^|\/)([A-Z0-9]{4,20})-(?:trades|aggTrades|\d+[smhdwM]o?)-\d{4}-\d\d(?:-\d\d)?\.(?:csv|zip)/
const LEAN =
  /(?:^|\/)([a-z]+)[-/](?:second|minute|hour|daily)[-/]([a-z0-9]{4,20})(?:[-/]\d{8})?_trade(?:\.|$)/

/** SYMBOL.VENUE as one of the names tells it; null when none does. */
export function instrumentInNames(names: readonly string[]): string | null {
  for (const name of names) {
    const binance = BINANCE.exec(name)
    if (binance !== null) return `${binance[1]}.BINANCE`
    const lean = LEAN.exec(name)
    if (lean !== null) return `${lean[2]?.toUpperCase()}.${lean[1]?.toUpperCase()}`
  }
  return null
}
