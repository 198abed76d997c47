import { createMemoryLeaseStore } from '../../../src/adapters/memory/lease-store.ts'
import { LEASE_MS } from '../../../src/engine/lease.ts'
import { testLeaseStore } from '../../contracts/lease.ts'

testLeaseStore('memory', () => {
  let nowMs = 0
  return Promise.resolve({
    leases: createMemoryLeaseStore(() => nowMs),
    expireAll() {
      nowMs += LEASE_MS + 1
      return Promise.resolve()
    },
    end: () => Promise.resolve(),
  })
})
