import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdbError } from '../../../src/domain/errors.ts'
import { failsWith, readContent, zipOf } from './scratch.ts'

const CSV = 'id,time,price,quantity\n1,1700000000000,100.5,0.25\n2,1700000000010,100.6,1\n'
const read = async (zip: Uint8Array): Promise<number> =>
  (await readContent('x.zip', zip, 'BTCUSDT.BINANCE')).events.length

test('a zip truncated at any byte is an error', async () => {
  const whole = zipOf({ 'a.csv': CSV })
  assert.equal(await read(whole), 2)
  for (let length = 4; length < whole.length; length++) {
    await failsWith(read(whole.subarray(0, length)), 'CDB_FILE_CORRUPT', /x\.zip/)
  }
})

test('a flipped byte of a zip never changes what is read without an error', async () => {
  for (const stored of [true, false]) {
    const whole = zipOf({ 'a.csv': CSV }, stored)
    const harmless: number[] = []
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole)
      flipped[at] = (flipped[at] ?? 0) ^ 0x10
      const events = await read(flipped).catch((error: unknown) => {
        assert(error instanceof CdbError, String(error))
        return null
      })
      if (events === null) continue
      // Fields that nobody needs: versions, times, the local copy of the directory, names.
      assert.equal(events, 2)
      harmless.push(at)
    }
    assert(harmless.length < whole.length / 2)
  }
})

test('entries are read like files', async () => {
  const later = CSV.replaceAll('\n1,', '\n3,').replaceAll('\n2,', '\n4,').replaceAll('17000', '17001')
  assert.equal(await read(zipOf({ 'b.csv': later, 'a.csv': CSV, 'folder/': '' })), 4)
})
