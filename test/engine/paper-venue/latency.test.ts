import assert from 'node:assert/strict'
import { test } from 'node:test'
import { feed, heartbeat, openVenue, submit } from './market-day.ts'

test('jitter comes from the seed and never lets one message overtake another', () => {
  const arrivals = (seed: number): readonly number[] => {
    const venue = openVenue({ seed, params: { latencyMs: '5', latencyJitterMs: '100' } })
    for (let index = 0; index < 20; index++)
      submit(venue, { id: `o${index}`, side: 'buy', quantity: '1', price: '50' }, index)
    return feed(venue, heartbeat(1000)).map(({ eventMs }) => eventMs)
  }
  const first = arrivals(1)
  assert.equal(first.length, 20)
  assert.deepEqual(
    first,
    first.toSorted((a, b) => a - b),
  )
  assert(first.every((ms, index) => ms >= 5 + index && ms <= 105 + 19))
  assert.deepEqual(arrivals(1), first)
  assert.notDeepEqual(arrivals(2), first)
})
