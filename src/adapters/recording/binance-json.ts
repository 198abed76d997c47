import { admittedText, numberProblem } from './admitted-number.ts'
import type { Level } from './binance-book.ts'
import type { BinanceFrame } from './binance-tape.ts'
import { millisecondsOf } from './row-sink.ts'

/**
 * What a frame's JSON is: a frame of use with its symbol (null: it names none), one of no use, or a bad row.
 */
export type ParsedFrame =
  | Readonly<{ kind: 'frame'; frame: BinanceFrame; symbol: string | null }>
  | Readonly<{ kind: 'ignored' }>
  | Readonly<{ kind: 'bad'; reason: string }>

/**
 * Reads any frame of Binance's spot streams, combined (`{"stream":...,"data":{...}}`) or raw, and the REST
 * depth
 * snapshot. Slow and sure: the scanner of known shapes leaves to it whatever looks different in any byte.
 * Source: https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
 */
export function parseFrame(text: string): ParsedFrame {
  const problems: string[] = []
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { kind: 'bad', reason: 'not JSON' }
  }
  const outer = isRecord(json) ? json : null
  const data = isRecord(outer?.['data']) ? outer['data'] : outer
  if (data === null) return { kind: 'bad', reason: 'not a JSON object' }
  const frame = frameOf(data, problems)
  if (frame === null) return { kind: 'ignored' }
  const problem = problems[0]
  if (problem !== undefined) return { kind: 'bad', reason: problem }
  return { kind: 'frame', frame, symbol: typeof data['s'] === 'string' ? data['s'] : null }
}

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function frameOf(data: Json, problems: string[]): BinanceFrame | null {
  const integer = (key: string): number => {
    const value = data[key]
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
    problems.push(`"${key}" is not a whole number`)
    return NaN
  }
  switch (data['e']) {
    case 'trade':
    case 'aggTrade':
      if (typeof data['m'] !== 'boolean') problems.push('"m" is not true or false')
      return {
        kind: data['e'],
        id: integer(data['e'] === 'trade' ? 't' : 'a'),
        price: positive('price', data['p'], problems),
        quantity: positive('quantity', data['q'], problems),
        tradeMs: millisecondsOf(integer('T')),
        buyerIsMaker: data['m'] === true,
      }
    case 'depthUpdate':
      return {
        kind: 'depthUpdate',
        eventMs: millisecondsOf(integer('E')),
        firstUpdateId: integer('U'),
        lastUpdateId: integer('u'),
        levels: [...levelsOf('buy', data['b'], problems), ...levelsOf('sell', data['a'], problems)],
      }
    case 'bookTicker':
    case undefined:
      break
    default:
      return null
  }
  if ('lastUpdateId' in data) {
    const levels = [...levelsOf('buy', data['bids'], problems), ...levelsOf('sell', data['asks'], problems)]
    return { kind: 'depthSnapshot', lastUpdateId: integer('lastUpdateId'), levels }
  }
  if (!('B' in data && 'A' in data)) return null
  return {
    kind: 'bookTicker',
    bidPrice: positive('bid price', data['b'], problems),
    bidQuantity: number('bid quantity', data['B'], problems),
    askPrice: positive('ask price', data['a'], problems),
    askQuantity: number('ask quantity', data['A'], problems),
  }
}

function levelsOf(side: Level['side'], value: unknown, problems: string[]): readonly Level[] {
  if (!Array.isArray(value)) {
    problems.push('a side of the book is missing')
    return []
  }
  return value.map((level: unknown) => {
    const [price, quantity] = Array.isArray(level) ? (level as readonly unknown[]) : []
    return {
      side,
      price: positive('level price', price, problems),
      quantity: number('level quantity', quantity, problems),
    }
  })
}

function number(name: string, value: unknown, problems: string[]): number {
  const admitted = typeof value === 'string' ? admittedText(value) : NaN
  if (Number.isNaN(admitted)) {
    problems.push(typeof value === 'string' ? numberProblem(name, value) : `${name} is not text`)
  }
  return admitted
}

function positive(name: string, value: unknown, problems: string[]): number {
  const admitted = number(name, value, problems)
  if (admitted === 0) problems.push(`${name} is zero`)
  return admitted
}
