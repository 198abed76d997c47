import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOrderDesk } from '../../src/engine/order-desk.ts'
import { createVenueNews } from '../../src/engine/venue-news.ts'
import { reportsOf } from '../../src/engine/venue-reports.ts'
import { bitcoin, NOW_MS } from './controls/facts.ts'

test('no news is no report', () => {
  const facts = {
    account: 'paper',
    instrument: bitcoin,
    nowMs: NOW_MS,
    inFlight: new Set<never>(),
    ghosts: new Set<never>(),
  }
  const reports = reportsOf(createOrderDesk(), createVenueNews(), facts)
  assert.deepEqual(reports, { drafts: [], missing: [], lacksTrades: false, ghosts: new Set(), unwanted: [] })
})
