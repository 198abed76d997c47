import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { readContent, tradeFrame } from './scratch.ts'

const kinds = (events: readonly MarketEvent[]): string => events.map((event) => event.kind).join(' ')

test('missing trade ids are a gap in front of the next trade', async () => {
  const { events, files } = await readContent('x.ws', `${tradeFrame(5)}\n${tradeFrame(9)}\n`)
  assert.equal(kinds(events), 'trade gap trade')
  assert.deepEqual(events[1], { kind: 'gap', eventMs: 1_700_000_000_009, gapMs: 4 })
  assert.deepEqual(files.summary().gapList, [{ fromMs: 1_700_000_000_005, toMs: 1_700_000_000_009 }])
})

test('duplicated and unsorted trades are left out, listed and counted', async () => {
  const lines = [
    tradeFrame(5),
    tradeFrame(5),
    tradeFrame(4),
    tradeFrame(6, { ms: 1_600_000_000_000 }),
    tradeFrame(6),
  ]
  const { events, files } = await readContent('x.ws', lines.join('\n'))
  assert.equal(kinds(events), 'trade trade')
  assert.equal(files.badRowCount(), 3)
  assert.deepEqual(
    files.badRows.map(({ line, reason }) => `${line}: ${reason}`),
    [
      '2: duplicate of trade 5',
      '3: out of order: trade 4 after 5',
      '4: out of order: trade of 1600000000000 ms after one of 1700000000005 ms',
    ],
  )
})
