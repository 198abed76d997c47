import type { Level } from './binance-book.ts'
import { parseFrame } from './binance-json.ts'
import { createBinanceTape } from './binance-tape.ts'
import type { BinanceFrame } from './binance-tape.ts'
import { millisecondsOf } from './row-sink.ts'
import type { Decoder, RowSink } from './row-sink.ts'
import { literal, scanInteger, scanQuotedNumber, skip, skipPast } from './scan.ts'
import type { Scan } from './scan.ts'

/** What of other instruments is done with: their frames are passed over, or their presence is an error. */
export type OtherSymbols = 'ignore' | ((symbol: string) => never)

/**
 * Decoder of recorded Binance frames, one a line: `<receive time, ns> <JSON>` or the JSON alone.
 * Nearly all frames have one of four exact shapes, which are read byte by byte; every other goes through
 * JSON.parse.
 */
export function createFramesDecoder(
  sink: RowSink,
  options: Readonly<{ symbol: string; others: OtherSymbols; firstMs: number | null }>,
): Decoder {
  const tape = createBinanceTape(sink, options.firstMs)
  const symbolBytes = literal(options.symbol)
  const scan: Scan = { bytes: Buffer.alloc(0), at: 0, end: 0 }
  let seenOthers = false

  const slow = (receivedMs: number, line: number, ended: boolean): void => {
    const parsed = parseFrame(scan.bytes.toString('utf8', scan.at, scan.end))
    if (parsed.kind === 'ignored') return
    if (parsed.kind === 'bad') {
      if (!ended && parsed.reason === 'not JSON') return sink.corrupt(`line ${line} is cut off`)
      return sink.bad(line, parsed.reason)
    }
    if (parsed.symbol !== null && parsed.symbol !== options.symbol) {
      if (options.others !== 'ignore') return options.others(parsed.symbol)
      seenOthers = true
      return
    }
    // A snapshot names no symbol, so beside other instruments it is nobody's.
    if (parsed.symbol === null && seenOthers) return
    tape.frame(parsed.frame, { receivedMs, line })
  }

  return {
    line(bytes, from, to, line, ended) {
      scan.bytes = bytes
      scan.at = from
      scan.end = to
      const receivedMs = scanReceivedMs(scan)
      const start = scan.at
      const frame = scanFrame(scan, symbolBytes)
      if (frame !== null) {
        tape.frame(frame, { receivedMs, line })
        return
      }
      scan.at = start
      slow(receivedMs, line, ended)
    },
  }
}

const SPACE = 0x20
const QUOTE_MARK = 0x22
const NS_DIGITS_UNDER_MS = 6

/** NaN, and nothing passed over, when the line begins with no time. */
function scanReceivedMs(scan: Scan): number {
  const from = scan.at
  let at = from
  let receivedMs = 0
  while (at < scan.end && isDigit(scan.bytes[at])) at++
  if (at === from || scan.bytes[at] !== SPACE) return NaN
  for (let i = from; i < at - NS_DIGITS_UNDER_MS; i++)
    receivedMs = receivedMs * 10 + (scan.bytes[i] as number) - 0x30
  scan.at = at + 1
  return receivedMs
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

const STREAM = literal('{"stream":"')
const DATA = literal(',"data":')
const TRADE = literal('{"e":"trade","E":')
const DEPTH = literal('{"e":"depthUpdate","E":')
const UPDATE = literal('{"u":')
const SYMBOL = literal(',"s":"')
const KEY = {
  t: literal('","t":'),
  p: literal(',"p":'),
  q: literal(',"q":'),
  T: literal(',"T":'),
  m: literal(',"m":'),
  M: literal(',"M":'),
  U: literal('","U":'),
  u: literal(',"u":'),
  b: literal(',"b":'),
  b1: literal('","b":'),
  B: literal(',"B":'),
  a: literal(',"a":'),
  A: literal(',"A":'),
} as const
const YES = literal('true')
const NO = literal('false')
const OPEN = literal('[')
const COMMA = literal(',')
const CLOSE = literal(']')
const BRACE = literal('}')

/**
 * The frame, when the line is byte for byte of a known shape; null otherwise, whatever is the matter with it.
 */
function scanFrame(scan: Scan, symbol: Uint8Array): BinanceFrame | null {
  const combined = skip(scan, STREAM)
  if (combined && !(skipPast(scan, QUOTE_MARK) && skip(scan, DATA))) return null
  const frame = scanPayload(scan, symbol)
  if (frame === null || !skip(scan, BRACE) || (combined && !skip(scan, BRACE))) return null
  return scan.at === scan.end ? frame : null
}

function scanPayload(scan: Scan, symbol: Uint8Array): BinanceFrame | null {
  if (skip(scan, UPDATE)) return scanBookTicker(scan, symbol)
  if (skip(scan, TRADE)) return scanTrade(scan, symbol)
  if (skip(scan, DEPTH)) return scanDepth(scan, symbol)
  return null
}

/**
 * {"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":17231
 * 61255342,"m":true,"M":true}
 */
function scanTrade(scan: Scan, symbol: Uint8Array): BinanceFrame | null {
  const sentMs = scanInteger(scan)
  if (!(skip(scan, SYMBOL) && skip(scan, symbol) && skip(scan, KEY.t))) return null
  const id = scanInteger(scan)
  if (!skip(scan, KEY.p)) return null
  const price = scanQuotedNumber(scan)
  if (!skip(scan, KEY.q)) return null
  const quantity = scanQuotedNumber(scan)
  if (!skip(scan, KEY.T)) return null
  const tradeMs = millisecondsOf(scanInteger(scan))
  if (!skip(scan, KEY.m)) return null
  const buyerIsMaker = skip(scan, YES)
  if (!buyerIsMaker && !skip(scan, NO)) return null
  if (skip(scan, KEY.M) && !skip(scan, YES) && !skip(scan, NO)) return null
  if (!(price > 0 && quantity > 0 && id >= 0 && tradeMs > 0 && sentMs > 0)) return null
  return { kind: 'trade', id, price, quantity, tradeMs, buyerIsMaker }
}

/**
 * {"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}
 */
function scanBookTicker(scan: Scan, symbol: Uint8Array): BinanceFrame | null {
  const updateId = scanInteger(scan)
  if (!(skip(scan, SYMBOL) && skip(scan, symbol) && skip(scan, KEY.b1))) return null
  const bidPrice = scanQuotedNumber(scan)
  if (!skip(scan, KEY.B)) return null
  const bidQuantity = scanQuotedNumber(scan)
  if (!skip(scan, KEY.a)) return null
  const askPrice = scanQuotedNumber(scan)
  if (!skip(scan, KEY.A)) return null
  const askQuantity = scanQuotedNumber(scan)
  if (!(bidPrice > 0 && askPrice > 0 && bidQuantity >= 0 && askQuantity >= 0 && updateId >= 0)) return null
  return { kind: 'bookTicker', bidPrice, bidQuantity, askPrice, askQuantity }
}

/**
 * {"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":50093239189,"u":50093239202,"b":[["61737.63000000","
 * 0.00000000"]],"a":[]}
 */
function scanDepth(scan: Scan, symbol: Uint8Array): BinanceFrame | null {
  const eventMs = millisecondsOf(scanInteger(scan))
  if (!(skip(scan, SYMBOL) && skip(scan, symbol) && skip(scan, KEY.U))) return null
  const firstUpdateId = scanInteger(scan)
  if (!skip(scan, KEY.u)) return null
  const lastUpdateId = scanInteger(scan)
  const levels: Level[] = []
  if (!(skip(scan, KEY.b) && scanLevels(scan, 'buy', levels))) return null
  if (!(skip(scan, KEY.a) && scanLevels(scan, 'sell', levels))) return null
  if (!(eventMs > 0 && firstUpdateId >= 0 && lastUpdateId >= firstUpdateId)) return null
  return { kind: 'depthUpdate', eventMs, firstUpdateId, lastUpdateId, levels }
}

function scanLevels(scan: Scan, side: Level['side'], levels: Level[]): boolean {
  if (!skip(scan, OPEN)) return false
  if (skip(scan, CLOSE)) return true
  do {
    if (!skip(scan, OPEN)) return false
    const price = scanQuotedNumber(scan)
    if (!skip(scan, COMMA)) return false
    const quantity = scanQuotedNumber(scan)
    if (!(price > 0 && quantity >= 0 && skip(scan, CLOSE))) return false
    levels.push({ side, price, quantity })
  } while (skip(scan, COMMA))
  return skip(scan, CLOSE)
}
