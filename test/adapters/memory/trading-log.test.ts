import { createMemoryLeaseStore } from '../../../src/adapters/memory/lease-store.ts'
import { createMemoryTradingLog } from '../../../src/adapters/memory/trading-log.ts'
import { digest } from '../../../src/adapters/system/digest.ts'
import { LEASE_MS } from '../../../src/engine/lease.ts'
import { testTradingLog } from '../../contracts/trading-log.ts'

testTradingLog('memory', () => {
  let nowMs = 0
  const leases = createMemoryLeaseStore(() => nowMs)
  const log = createMemoryTradingLog({ digest, leases })
  return Promise.resolve({
    ...{ log, other: log, leases },
    expireAll() {
      nowMs += LEASE_MS + 1
      return Promise.resolve()
    },
    end: () => Promise.resolve(),
  })
})
