import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { tableFromIPC } from 'apache-arrow'
import { createRecordingWriter } from '../../../src/adapters/recording/recording-writer.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { columnsOf, facts, instrument, trades, writeRecording } from './recordings.ts'
import { failsWith, inFolder, readEvents } from './scratch.ts'

const amount = fc.integer({ min: 1, max: 1e9 }).map((count) => count / 1e5)
const side = fc.constantFrom('buy', 'sell')
/** Steps of time and id, made absolute below so that trades and candles are in order. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('trade'),
    price: amount,
    quantity: amount,
    aggressor: fc.option(side),
    jump: fc.nat(2),
  }),
  fc.record({
    kind: fc.constant('quote'),
    bidPrice: amount,
    bidQuantity: amount,
    askPrice: amount,
    askQuantity: amount,
  }),
  fc.record({ kind: fc.constant('bookLevel'), side, price: amount, quantity: amount }),
  fc.record({ kind: fc.constant('bookReset') }),
  fc.record({
    kind: fc.constant('candle'),
    open: amount,
    high: amount,
    low: amount,
    close: amount,
    volume: amount,
  }),
  fc.record({ kind: fc.constant('gap'), gapMs: fc.nat(1e6) }),
  fc.record({ kind: fc.constant('heartbeat') }),
)
const history = fc.array(fc.tuple(fc.nat(1000), step), { minLength: 1, maxLength: 60 }).map((steps) => {
  let eventMs = 1_700_000_000_000
  let tradeId = 0
  return steps.map(([waitMs, { jump = 0, ...event }]: [number, { jump?: number; kind: string }]) => {
    eventMs += waitMs + 1
    if (event.kind === 'candle') return { ...event, eventMs, intervalMs: waitMs + 1 }
    if (event.kind !== 'trade') return { ...event, eventMs }
    tradeId += 1 + jump
    return { ...event, eventMs, tradeId: jump === 2 ? null : tradeId }
  }) as MarketEvent[]
})

test('what was written is what is read', async () => {
  await fc.assert(
    fc.asyncProperty(history, (events) =>
      inFolder(async (folder) => {
        const path = join(folder, 'x.arrow')
        await writeRecording(path, events)
        const read = await readEvents([path])
        assert.deepEqual(read.events, events)
        assert.deepEqual(read.files.instrument, instrument)
        assert.equal(read.files.leftOut, 3)
        assert.equal(read.files.summary().events, events.length)
      }),
    ),
    { numRuns: 60 },
  )
})

test('rows beyond a batch go on in the next one', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.arrow')
    await writeRecording(path, trades(150_000))
    const { events, files } = await readEvents([path])
    assert.equal(events.length, 150_000)
    assert.deepEqual(events[65_536], trades(150_000)[65_536])
    assert(files.progress().bytesRead > 150_000 * 33)
  })
})

test('columns that no event needs are left out', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.arrow')
    await writeRecording(path, trades(3), { kinds: ['trade'], received: false })
    const table = tableFromIPC(await readFile(path))
    assert.deepEqual(
      table.schema.fields.map((field) => `${field.name} ${String(field.type)}`),
      ['eventMs Float64', 'tradeId Float64', 'price Float64', 'quantity Float64', 'side Uint8'],
    )
    assert.equal(table.schema.metadata.get('cdb.format'), 'cdb-recording')
    const summary = JSON.parse(table.schema.metadata.get('cdb.summary') ?? '') as { trades: number }
    assert.equal(summary.trades, 3)
  })
})

test('equal events give equal bytes', async () => {
  await inFolder(async (folder) => {
    const [one, other] = [join(folder, 'a'), join(folder, 'b')]
    await writeRecording(one, trades(10))
    await writeRecording(other, trades(10))
    assert.deepEqual(await readFile(one), await readFile(other))
  })
})

test('a recording is in place once complete, and nothing is left of one that was given up', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.arrow')
    const writer = await createRecordingWriter(path, facts)
    await writer.write(columnsOf(trades(70_000)))
    assert(!(await readdir(folder)).includes('x.arrow'))
    await writer.abort()
    assert.deepEqual(await readdir(folder), [])
    const empty = await createRecordingWriter(path, facts)
    await failsWith(empty.finish({ sources: [], leftOut: 0 }), 'CDB_FILE_EMPTY')
    assert.deepEqual(await readdir(folder), [])
  })
})

test('a file that is there is replaced only on request, and nothing but a file is', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.arrow')
    await writeFile(path, 'mine')
    await failsWith(createRecordingWriter(path, facts), 'CDB_FILE_UNREADABLE', /not overwritten/)
    const writer = await createRecordingWriter(path, facts, { replace: true })
    await writer.write(columnsOf(trades(1)))
    assert.equal(await readFile(path, 'utf8'), 'mine')
    await writer.finish({ sources: [], leftOut: 0 })
    assert.equal((await readEvents([path])).events.length, 1)
    await failsWith(
      createRecordingWriter(folder, facts, { replace: true }),
      'CDB_FILE_UNREADABLE',
      /is a directory/,
    )
    await failsWith(
      createRecordingWriter('/dev/null', facts, { replace: true }),
      'CDB_FILE_UNREADABLE',
      /not a regular/,
    )
    await failsWith(
      createRecordingWriter(join(folder, 'no', 'x'), facts),
      'CDB_FILE_MISSING',
      /the folder of/,
    )
  })
})

test('where no more can be written it says so and leaves nothing behind', async () => {
  await inFolder(async (folder) => {
    const bench = new URL('../../../bench/synthetic.ts', import.meta.url)
    const script = `import { writeSyntheticRecording } from '${bench.href}'
      await writeSyntheticRecording('${join(folder, 'x.arrow')}', { trades: 200000, seed: 1 })
        .catch((error) => console.log(error.code))`
    // A limit on the size of files fails a write as a full disk does.
    const shell = `trap '' XFSZ; ulimit -f 2000; exec "$0" --input-type=module-typescript -e "$1"`
    const { stdout } = await promisify(execFile)('sh', ['-c', shell, process.execPath, script])
    assert.equal(stdout, 'CDB_DISK_FULL\n')
    assert.deepEqual(await readdir(folder), [])
  })
})
