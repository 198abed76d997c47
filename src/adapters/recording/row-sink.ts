import type { MarketEvent } from '../../domain/market.ts'

/** Where a decoder puts what it read of a line. */
export type RowSink = Readonly<{
  /** Why the event was left out; null when it was taken. A reason given is already noted as a bad row. */
  event(event: MarketEvent, receivedMs: number, line: number): string | null
  bad(line: number, reason: string): void
  /** The rest of the file cannot be trusted. */
  corrupt(problem: string): never
}>

/** Reads a text's lines, one after the other. */
export type Decoder = Readonly<{
  line(bytes: Buffer, from: number, to: number, line: number, ended: boolean): void
}>

const MICROSECONDS_FROM = 10 ** 14

/** Binance sends microseconds where they are asked for, and in its public files since 2025. */
export const millisecondsOf = (time: number): number =>
  time >= MICROSECONDS_FROM ? Math.floor(time / 1000) : time
