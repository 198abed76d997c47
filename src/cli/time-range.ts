import { CdbError } from '../domain/errors.ts'
import type { TimeRange } from '../engine/market-slice.ts'
import type { CliArgs } from './command.ts'
import { textOption } from './command.ts'

/** Options that cut the data to a part of its time. */
export const rangeOptions = { from: { type: 'string' }, to: { type: 'string' } } as const

/** Throws CDB_USAGE on times that cannot be read and on an empty range. */
export function timeRangeOf(args: CliArgs): TimeRange {
  const from = textOption(args, 'from')
  const to = textOption(args, 'to')
  const range = {
    fromMs: from === undefined ? -Infinity : parseTime('from', from),
    toMs: to === undefined ? Infinity : parseTime('to', to),
  }
  if (range.fromMs < range.toMs) return range
  throw new CdbError('CDB_USAGE', `--from ${from ?? ''} is not before --to ${to ?? ''}`, {
    mend: 'swap them',
  })
}

const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z?)?$/

/** Epoch ms of a UTC date, date and time, or epoch ms. */
function parseTime(option: string, text: string): number {
  if (/^\d{10,15}$/.test(text)) return Number(text)
  const iso = text.replace(' ', 'T')
  const atMs = DATE.test(text)
    ? Date.parse(iso.includes('T') && !iso.endsWith('Z') ? `${iso}Z` : iso)
    : Number.NaN
  if (!Number.isNaN(atMs)) return atMs
  throw new CdbError('CDB_USAGE', `--${option} ${text} is not a time`, {
    mend: 'write UTC as 2024-08-08 or 2024-08-08T23:55:00, or epoch milliseconds',
  })
}
