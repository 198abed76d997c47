import type { InstrumentId } from '../../domain/instrument.ts'
import type { StreamedBatch } from '../../engine/market-stream.ts'
import { decodeBatch } from './batch-codec.ts'

export const marketKey = (instrument: InstrumentId): string => `md:${instrument}`

/** An entry of a stream as the client gives it: id, then names and values in turn. */
export type StreamEntry = readonly [id: Buffer, fields: readonly Buffer[]]

/** The parts of a batch that stand beside its events, in plain text. */
type Header = Readonly<{ epoch: number; firstSeq: number; count: number; sentMs: number }>

/**
 * The batch of an entry. What cannot be read is a batch with one gap: nothing is known of what it held, but
 * its header may still say with which number it begins.
 */
export function batchOf([id, fields]: StreamEntry): StreamedBatch {
  const position = id.toString('latin1')
  const header = headerOf(fields)
  const payload = valueOf(fields, 'b')
  const events = payload === undefined ? null : decodeBatch(payload)
  if (header !== null && events !== null && events.length === header.count) {
    const { epoch, firstSeq, sentMs } = header
    return { position, epoch, firstSeq, sentMs, events }
  }
  const sentMs = Number(position.slice(0, position.indexOf('-')))
  return {
    ...{ position, epoch: header?.epoch ?? 0, firstSeq: header?.firstSeq ?? 0, sentMs },
    events: [{ kind: 'gap', eventMs: sentMs, gapMs: 0 }],
  }
}

/** Whether the entry says which publisher wrote it and which number its events begin with. */
export const hasHeader = ([, fields]: StreamEntry): boolean => headerOf(fields) !== null

function headerOf(fields: readonly Buffer[]): Header | null {
  const number = (name: string): number => wholeNumber(valueOf(fields, name))
  const header = { epoch: number('e'), firstSeq: number('s'), count: number('n'), sentMs: number('t') }
  return Object.values(header).includes(NaN) ? null : header
}

/** Plain digits as Redis shows them, else NaN. */
const wholeNumber = (value: Buffer | undefined): number => {
  const text = value?.toString('latin1') ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : NaN
}

const valueOf = (fields: readonly Buffer[], name: string): Buffer | undefined => {
  for (let index = 0; index + 1 < fields.length; index += 2) {
    if (fields[index]?.toString('latin1') === name) return fields[index + 1]
  }
  return undefined
}
