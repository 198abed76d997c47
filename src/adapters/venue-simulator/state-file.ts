import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { formatDecimal, parseDecimal } from '../../domain/decimal.ts'
import { CdbError } from '../../domain/errors.ts'
import type { AccountTrade, OrderForm, OrderStatus } from './venue-order.ts'

/** What the venue must not forget, in the order in which it happened. */
export type StateLine =
  | Readonly<{ kind: 'market'; startMs: number }>
  | Readonly<{ kind: 'post'; clientOrderId: string; receivedMs: number; isRefused: boolean }>
  | Readonly<{ kind: 'order'; orderId: number; form: OrderForm; placedMs: number; isExternal: boolean }>
  | Readonly<{ kind: 'trade'; trade: AccountTrade }>
  | Readonly<{ kind: 'end'; orderId: number; status: OrderStatus; endedMs: number }>

export type StateFile = Readonly<{
  lines: readonly StateLine[]
  append(line: StateLine): void
  close(): void
}>

/** A venue that forgets when it ends. */
export const createForgetfulState = (): StateFile => ({
  lines: [],
  append: () => undefined,
  close: () => undefined,
})

/**
 * Appends a line of JSON for each. A last line that was cut off by the end of the process is dropped.
 * Throws CDB_FILE_CORRUPT and CDB_FILE_UNREADABLE.
 */
export function openStateFile(path: string): StateFile {
  try {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    const lines = whole.split('\n').slice(0, -1).map(decode)
    const file = openSync(path, 'a')
    ftruncateSync(file, Buffer.byteLength(whole))
    return {
      lines,
      append(line) {
        writeSync(file, `${encode(line)}\n`)
      },
      close() {
        closeSync(file)
      },
    }
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new CdbError('CDB_FILE_CORRUPT', `${path}: a line of the venue's state cannot be read`, {
        mend: 'start the venue with another state file',
        cause: error,
      })
    }
    throw new CdbError('CDB_FILE_UNREADABLE', `${path} cannot be opened, read or written`, { cause: error })
  }
}

/** Amounts are texts with an n behind, as no other text of these lines has one. */
const AMOUNT = /^-?\d+(?:\.\d+)?n$/

const encode = (line: StateLine): string =>
  JSON.stringify(line, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${formatDecimal(value)}n` : value,
  )

const decode = (text: string): StateLine =>
  JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'string' && AMOUNT.test(value) ? parseDecimal(value.slice(0, -1)) : value,
  ) as StateLine
