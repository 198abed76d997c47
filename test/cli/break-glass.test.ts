import assert from 'node:assert/strict'
import { test } from 'node:test'
import { breakGlass } from '../../src/cli/break-glass.ts'
import { quantity } from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'
import { parseInstrumentId } from '../../src/domain/instrument.ts'
import type { Clock } from '../../src/engine/clock.ts'
import type { VenueOrder } from '../../src/engine/venue-gateway.ts'

const instrument = parseInstrumentId('BTCUSDT.SIM')

function quickClock(): Clock {
  let nowMs = 0
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep(ms) {
      nowMs += ms
      return Promise.resolve()
    },
  }
}

const orderOf = (clientOrderId: string): VenueOrder => ({
  ...{ clientOrderId, venueOrderId: '1', instrument, state: 'open', updatedMs: 0 },
  filled: quantity('0'),
})

/** A venue whose open orders are a set; `onRead` is called before each reading. */
function venueOf(
  ids: readonly string[],
  onRead: (reads: number, open: Set<string>) => void = () => undefined,
) {
  const open = new Set(ids)
  let reads = 0
  return {
    open,
    openOrders() {
      onRead(++reads, open)
      return Promise.resolve([...open].map(orderOf))
    },
    cancel(_instrument: string, id: string) {
      open.delete(id)
      return Promise.resolve()
    },
  }
}

test('every open order of ours is canceled, and no other', async () => {
  const venue = venueOf(['cdb1', 'cdb2', 'hand'])
  const left = await breakGlass(venue, instrument, quickClock())
  assert.deepEqual(left, { canceled: ['cdb1', 'cdb2'], residual: [], foreign: ['hand'], problem: '' })
  assert.deepEqual([...venue.open], ['hand'])
})

test('an order that shows up late is canceled as well: three empty answers in a row are the end', async () => {
  const venue = venueOf(['cdb1'], (reads, open) => {
    if (reads === 3) open.add('cdb-late')
  })
  const { canceled } = await breakGlass(venue, instrument, quickClock())
  assert.deepEqual(canceled, ['cdb1', 'cdb-late'])
})

test('a failing venue is tried on, and what is left is told', async () => {
  const venue = venueOf(['cdb1'])
  let cancels = 0
  const stubborn = {
    ...venue,
    cancel() {
      cancels += 1
      return Promise.reject(new CdbError('CDB_VENUE_UNREACHABLE', 'no answer'))
    },
  }
  const left = await breakGlass(stubborn, instrument, quickClock())
  assert(cancels > 10)
  assert.deepEqual([left.canceled, left.residual, left.problem], [[], ['cdb1'], 'no answer'])
})

test('without any answer nothing is said of orders', async () => {
  const gone = {
    openOrders: () => Promise.reject(new CdbError('CDB_VENUE_UNREACHABLE', 'gone')),
    cancel: () => Promise.resolve(),
  }
  await assert.rejects(breakGlass(gone, instrument, quickClock()), { code: 'CDB_VENUE_UNREACHABLE' })
})
