import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { trades, writeRecording } from './recordings.ts'
import { inFolder, readEvents } from './scratch.ts'

test('recordings that follow each other join without a seam, others are put in line', async () => {
  await inFolder(async (folder) => {
    const [first, next, later, overlapping] = ['a', 'b', 'c', 'd'].map((name) => join(folder, name))
    assert(first !== undefined && next !== undefined && later !== undefined && overlapping !== undefined)
    const given = { kinds: ['trade'] as const, received: false }
    await writeRecording(first, trades(10, 1), given)
    await writeRecording(next, trades(10, 11), given)
    await writeRecording(later, trades(10, 31), given)
    await writeRecording(overlapping, trades(10, 6), given)
    const joined = await readEvents([next, first])
    assert.deepEqual(joined.events, [...trades(10, 1), ...trades(10, 11)])
    assert.equal(joined.files.summary().trades, 20)
    const apart = await readEvents([first, later])
    assert.deepEqual(apart.events[10], { kind: 'gap', eventMs: 1_700_000_000_031, gapMs: 21 })
    assert.equal(apart.events.length, 21)
    const over = await readEvents([first, overlapping])
    assert.equal(over.events.length, 15)
    assert.equal(over.files.badRowCount(), 5)
    assert.equal(over.files.badRows[0]?.reason, 'out of order: trade 6 after 10')
    assert.deepEqual(over.files.summary().trades, 15)
  })
})

test('a gap that a recording holds is told once, also where recordings overlap', async () => {
  await inFolder(async (folder) => {
    const [first, second] = [join(folder, 'a'), join(folder, 'b')]
    const gap: MarketEvent = { kind: 'gap', eventMs: 1_700_000_000_021, gapMs: 6 }
    await writeRecording(first, trades(10, 1))
    await writeRecording(second, [...trades(10, 6), gap, ...trades(5, 21)])
    const { events } = await readEvents([first, second])
    assert.deepEqual(events, [...trades(10, 1), ...trades(15, 1).slice(10).map(fixed), gap, ...trades(5, 21)])
  })
})

/** Trades 11 to 15 as the second recording has them, whose prices begin at trade 6. */
const fixed = (event: MarketEvent): MarketEvent =>
  trades(10, 6).find((trade) => trade.eventMs === event.eventMs) as MarketEvent
