import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import { orderRowMoveOf } from '../../../src/adapters/postgres/order-row.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import type { TradingEvent } from '../../../src/domain/event.ts'
import { isTerminal, orderStates } from '../../../src/domain/order.ts'
import { applyOrderEvent, approvedRecord } from '../../../src/engine/order-ledger.ts'
import { mark } from '../../engine/controls/facts.ts'
import {
  abandoned,
  accepted,
  approved,
  canceled,
  cancelRequested,
  expired,
  filled,
  notPlaced,
  rejected,
  request,
  submitting,
  unknown,
} from '../../engine/order-life.ts'
import { writeTrading } from './stored-trading.ts'

const events: readonly TradingEvent[] = [
  ...[submitting, abandoned, accepted, rejected, canceled, expired, unknown, notPlaced, cancelRequested],
]

let db: SqlDatabase
before(async () => {
  db = await openMemoryPglite()
})
after(() => db.close())

test('a row moves where the ledger moves, to where it does, and refuses what the ledger refuses', () => {
  for (const event of events) {
    const move = orderRowMoveOf(event)
    assert(move !== null, `${event.kind} moves an order`)
    for (const state of orderStates.filter((each) => !isTerminal(each))) {
      const ledger = new Map([[request.clientOrderId, { ...approvedRecord(request), state }]])
      const reached = (): string | null => applyOrderEvent(ledger, event)?.after.state ?? null
      if (move.from.includes(state)) assert.equal(reached(), move.to, `${state}, ${event.kind}`)
      else if (move.strict)
        assert.throws(reached, { code: 'CDB_ORDER_TRANSITION' }, `${state}, ${event.kind}`)
      else assert.equal(reached(), null, `${state}, ${event.kind}`)
    }
  }
})

test('fills and what is of no order are not moved by their kind alone', () => {
  for (const event of [filled('1'), mark(), approved]) assert.equal(orderRowMoveOf(event), null)
})

const stateAfter = async (...told: readonly TradingEvent[]): Promise<unknown> => {
  await writeTrading(
    db,
    told.map((event) => ({ event, causeSeq: 0, marketSeq: 0 })),
  )
  const [row] = await db.query('select state, approved_seq, updated_seq from orders')
  return row
}

test('the database moves the row with the entry', async () => {
  assert.deepEqual(await stateAfter(approved), { state: 'approved', approved_seq: 1, updated_seq: 1 })
  assert.deepEqual(await stateAfter(approved, submitting, accepted), {
    ...{ state: 'accepted', approved_seq: 1, updated_seq: 3 },
  })
  // What says nothing new leaves the row where it is.
  assert.deepEqual(await stateAfter(approved, submitting, canceled, accepted), {
    ...{ state: 'canceled', approved_seq: 1, updated_seq: 3 },
  })
})

test('an entry that an open order cannot follow is not written', async () => {
  await assert.rejects(stateAfter(approved, rejected), /order .* that is approved cannot become rejected/)
  const [row] = await db.query('select count(*)::integer as count from event_log')
  assert.equal(row?.['count'], 1)
})
