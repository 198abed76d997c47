import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '../../src/adapters/system/digest.ts'
import { createMemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import { createMemoryTradingLog } from '../../src/adapters/memory/trading-log.ts'
import type { MemoryTradingLog } from '../../src/adapters/memory/trading-log.ts'
import type { Draft, TradingEntry, Wire } from '../../src/engine/trading-log.ts'

/** Two ends of one wire, as two processes have them. */
export type WireHarness = Readonly<{ wire: Wire; wire2: Wire; end(): Promise<void> }>

export type SomeLog = Readonly<{
  log: MemoryTradingLog
  /** Commits this many entries and returns them. */
  grow(count: number): Promise<readonly TradingEntry[]>
}>

/** A trading log that grows by alerts. */
export function growingLog(): SomeLog {
  const log = createMemoryTradingLog({ digest, leases: createMemoryLeaseStore(() => 0) })
  const draftOf = (message: string): Draft => ({
    event: {
      kind: 'alert',
      eventMs: 1_790_000_000_000,
      level: 'info',
      code: 'NOTE',
      scope: 'global',
      message,
    },
    causeSeq: 0,
    marketSeq: 0,
  })
  return {
    log,
    grow: (count) =>
      log.commit({
        ...{ writer: 'control', lease: null, cursor: null },
        drafts: Array.from({ length: count }, (_, index) => draftOf(`note ${index}`)),
      }),
  }
}

/** Far longer than a test takes: what ends within it was woken. */
export const LONG_MS = 600_000
const never = new AbortController().signal

type Check = (fact: string, body: (harness: WireHarness, some: SomeLog) => Promise<void>) => void

/** What every wire does; each adapter's test calls it. */
export function testWire(name: string, harness: () => Promise<WireHarness>): void {
  const check: Check = (fact, body) => {
    test(`${name}: ${fact}`, { timeout: 30_000 }, async () => {
      const stage = await harness()
      try {
        await body(stage, growingLog())
      } finally {
        await stage.end()
      }
    })
  }

  testWaking(check)
  testWaiting(check)
}

function testWaking(check: Check): void {
  check('who waits is woken by an entry after its place', async ({ wire, wire2 }, { grow }) => {
    const waiting = wire2.wait(0, LONG_MS, never)
    wire.announce(await grow(2))
    await waiting
  })

  check('what was announced before is not waited for', async ({ wire, wire2 }, { grow }) => {
    wire.announce(await grow(3))
    await wire2.wait(2, LONG_MS, never)
    await wire2.wait(0, LONG_MS, never)
  })

  check('both ends hear what either announces', async ({ wire, wire2 }, { grow }) => {
    wire.announce(await grow(1))
    wire2.announce(await grow(1))
    await Promise.all([wire.wait(1, LONG_MS, never), wire2.wait(1, LONG_MS, never)])
  })

  check('entries may be announced twice and in the wrong order', async ({ wire, wire2 }, { grow }) => {
    const [first, second] = [await grow(1), await grow(1)]
    wire.announce(second)
    wire2.announce(first)
    wire.announce([...first, ...second])
    await wire2.wait(1, LONG_MS, never)
    wire.announce(await grow(1))
    await wire2.wait(2, LONG_MS, never)
  })
}

function testWaiting(check: Check): void {
  check('waiting ends after its time, when aborted, and when aborted before', async ({ wire }) => {
    await wire.wait(0, 30, never)
    const stop = new AbortController()
    const waiting = wire.wait(0, LONG_MS, stop.signal)
    stop.abort()
    await waiting
    await wire.wait(0, LONG_MS, stop.signal)
  })

  check('announcing nothing wakes nobody', async ({ wire, wire2 }) => {
    const stop = new AbortController()
    let woken = false
    const waiting = wire2.wait(0, LONG_MS, stop.signal).then(() => {
      woken = !stop.signal.aborted
    })
    wire.announce([])
    await wire.wait(0, 50, never)
    stop.abort()
    await waiting
    assert.equal(woken, false)
  })
}
