import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync, crc32 } from 'node:zlib'
import { openMarketFiles } from '../../../src/adapters/recording/open.ts'
import type { MarketFiles } from '../../../src/adapters/recording/open.ts'
import { CdbError } from '../../../src/domain/errors.ts'
import type { ErrorCode } from '../../../src/domain/errors.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'

/** Runs with a folder that is gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cdb-test-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

export type ReadBack = Readonly<{ events: readonly MarketEvent[]; files: MarketFiles }>

/** All events of files, in order. */
export async function readEvents(paths: readonly string[], instrument?: string): Promise<ReadBack> {
  const files = await openMarketFiles(paths, instrument === undefined ? {} : { instrument })
  try {
    const events: MarketEvent[] = []
    for (let batch = await files.read(1000); batch !== null; batch = await files.read(1000)) {
      for (let index = 0; index < batch.length; index++) events.push(batch.at(index) as MarketEvent)
    }
    return { events, files }
  } finally {
    await files.close()
  }
}

/** Reads one file of this name and content. */
export const readContent = (
  name: string,
  content: string | Uint8Array,
  instrument?: string,
): Promise<ReadBack> =>
  inFolder(async (folder) => {
    const path = join(folder, name)
    await writeFile(path, content)
    return readEvents([path], instrument)
  })

/** That it fails with this code, in words that match. */
export const failsWith = (promise: Promise<unknown>, code: ErrorCode, message = /./): Promise<void> =>
  assert.rejects(promise, (error) => {
    assert(error instanceof CdbError, `not an error for the user: ${String(error)}`)
    assert.equal(error.code, code, error.message)
    assert.match(error.message, message)
    return true
  })

/** A zip of these files. */
export function zipOf(entries: Readonly<Record<string, string>>, stored = false): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, text] of Object.entries(entries)) {
    const bytes = Buffer.from(text)
    const packed = stored ? bytes : deflateRawSync(bytes)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(stored ? 0 : 8, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, tail, Buffer.from(name)]))
    parts.push(local)
    at += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(directory.length, 8)
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, central, end])
}

/** A trade frame as Binance sends it. */
export const tradeFrame = (
  id: number,
  {
    price = '100.50000000',
    quantity = '0.25000000',
    ms = 1_700_000_000_000 + id,
    maker = false,
    symbol = 'BTCUSDT',
  } = {},
): string =>
  JSON.stringify({
    stream: `${symbol.toLowerCase()}@trade`,
    data: { e: 'trade', E: ms + 1, s: symbol, t: id, p: price, q: quantity, T: ms, m: maker, M: true },
  })
