import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paced } from '../../../src/adapters/system/pace.ts'
import type { PaceClock } from '../../../src/adapters/system/pace.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { instrumentOf } from '../../../src/domain/instruments.ts'
import type { MarketSource } from '../../../src/engine/ports.ts'

/** A clock that stands still but for the waits asked of it. */
const handClock = (): PaceClock & { atMs: number } => {
  const clock = {
    atMs: 1_000,
    nowMs: () => clock.atMs,
    sleep: (ms: number) => {
      clock.atMs += ms
      return Promise.resolve()
    },
  }
  return clock
}

const sourceOf = (times: readonly number[]): MarketSource => {
  const events = times.map((eventMs): MarketEvent => ({ kind: 'heartbeat', eventMs }))
  return {
    instrument: instrumentOf('BTCUSDT.BINANCE'),
    read: (countMax) => Promise.resolve(events.length === 0 ? null : events.splice(0, countMax)),
    close: () => Promise.resolve(),
  }
}

const { signal } = new AbortController()

/** Each event with the clock at which it was given. */
async function arrivals(
  source: MarketSource,
  clock: PaceClock,
  countMax: number,
): Promise<[number, number][]> {
  const seen: [number, number][] = []
  for (;;) {
    const batch = await source.read(countMax)
    if (batch === null) return seen
    for (let index = 0; index < batch.length; index++) {
      seen.push([batch.at(index)?.eventMs ?? Number.NaN, clock.nowMs() - 1_000])
    }
  }
}

test('events come at market time over speed, whatever the batch size, and late times do not wait', async () => {
  const times = [50, 50, 150, 100, 1_050, 5_050]
  for (const countMax of [1, 2, 100]) {
    const clock = handClock()
    const source = paced(sourceOf(times), { speed: 2, signal, clock })
    assert.deepEqual(await arrivals(source, clock, countMax), [
      [50, 0],
      [50, 0],
      [150, 50],
      [100, 50],
      [1_050, 500],
      [5_050, 2_500],
    ])
  }
})

test('market data up to the free time comes at once; the pace begins with the first after it', async () => {
  const clock = handClock()
  const source = paced(sourceOf([0, 60_000, 90_000, 90_100]), {
    speed: 1,
    signal,
    clock,
    freeUntilMs: 60_000,
  })
  assert.deepEqual(await arrivals(source, clock, 10), [
    [0, 0],
    [60_000, 0],
    [90_000, 0],
    [90_100, 100],
  ])
})

test('a read in a quiet market and an aborted read give nothing, and lose nothing', async () => {
  const clock = handClock()
  const stop = new AbortController()
  const source = paced(sourceOf([0, 10_000]), { speed: 1, signal: stop.signal, clock })
  assert.equal((await source.read(10))?.length, 1)
  assert.equal((await source.read(10))?.length, 0)
  assert(clock.atMs < 2_000, 'a read waits a fraction of a second')
  stop.abort()
  assert.equal((await source.read(10))?.length, 0)
})
