import { integerOf, parseObject, textOf } from './json.ts'

/** What an answer other than 200 says; code 0 where it says nothing that can be read. */
export type VenueRefusal = Readonly<{ code: number; message: string }>

/** `{"code":-1121,"msg":"Invalid symbol."}` */
export function refusalOf(text: string): VenueRefusal {
  try {
    const json = parseObject(text)
    return { code: integerOf(json, 'code'), message: textOf(json, 'msg').slice(0, 200) }
  } catch {
    return { code: 0, message: 'no reason that can be read' }
  }
}

/**
 * Codes that are given before an order reaches the matching engine.
 * Source: https://developers.binance.com/docs/binance-spot-api-docs/errors
 */
const FINAL_CODES: ReadonlySet<number> = new Set([
  // Unauthorized, time outside of recvWindow, signature.
  -1002, -1021, -1022, -2014, -2015,
  // Filters.
  -1013,
  // Parameters: characters, missing, too many, empty, not required, precision, combinations, types.
  -1100, -1101, -1102, -1103, -1104, -1105, -1106, -1108, -1111, -1114, -1115, -1116, -1117, -1118, -1121,
  -1128, -1130,
])

/** -2010 is also said of an order that is there: these messages alone prove that ours is not. */
const FINAL_MESSAGES: readonly string[] = [
  'Account has insufficient balance for requested action.',
  'Balance is insufficient.',
  'Market is closed.',
  'Order would immediately match and take.',
  'Order would trigger immediately.',
  'Price is too low or too high.',
  'This action is disabled on this account.',
  'This symbol is not permitted for this account.',
  'This symbol is restricted for this account.',
]
const NEW_ORDER_REJECTED = -2010

/** Too many requests or orders, said by the gateway: it has passed nothing on. */
const LIMIT_CODES: ReadonlySet<number> = new Set([-1003, -1015])

/** Whether the venue has proved that it did not take an order. */
export function toDecision(status: number, text: string): Readonly<{ isFinal: boolean; reason: string }> {
  const { code, message } = refusalOf(text)
  const reason = code === 0 ? message : `${code} ${message}`
  if (status === 429 || status === 418) return { isFinal: LIMIT_CODES.has(code), reason }
  if (status < 400 || status >= 500) return { isFinal: false, reason }
  const isFinal = FINAL_CODES.has(code) || (code === NEW_ORDER_REJECTED && FINAL_MESSAGES.includes(message))
  return { isFinal, reason }
}
