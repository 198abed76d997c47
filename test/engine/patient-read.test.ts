import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import { CdbError } from '../../src/domain/errors.ts'
import { readPatiently } from '../../src/engine/patient-read.ts'
import type { ServiceBase } from '../../src/engine/service.ts'
import { createQuietTelemetry } from '../services/quiet-telemetry.ts'
import type { QuietTelemetry } from '../services/quiet-telemetry.ts'
import { createVirtualClock } from '../services/virtual-clock.ts'
import type { VirtualClock } from '../services/virtual-clock.ts'

type Stage = Readonly<{
  clock: VirtualClock
  telemetry: QuietTelemetry
  base: ServiceBase
  stop: AbortController
}>

function createStage(): Stage {
  const clock = createVirtualClock(0)
  const telemetry = createQuietTelemetry()
  const stop = new AbortController()
  const leases = createMemoryLeaseStore(() => clock.monotonicMs())
  return {
    clock,
    telemetry,
    stop,
    base: { owner: 'a', partition: 0, leases, clock, telemetry, signal: stop.signal },
  }
}

const away = new CdbError('CDB_REDIS_UNREACHABLE', 'Redis is away')

test('a read is tried until Redis is there, and says so meanwhile', async () => {
  const { clock, telemetry, base, stop } = createStage()
  let left = 3
  const reading = readPatiently(base, stop.signal, () =>
    left-- > 0 ? Promise.reject(away) : Promise.resolve('read'),
  )
  await clock.advance(1)
  assert.equal(telemetry.reasons.get('market stream'), 'Redis is away')
  await clock.advance(5_000)
  assert.equal(await reading, 'read')
  assert.equal(telemetry.reasons.get('market stream'), '')
})

test('it ends when told to', async () => {
  const { clock, base, stop } = createStage()
  const reading = readPatiently(base, stop.signal, () => Promise.reject(away))
  await clock.advance(10_000)
  stop.abort()
  assert.deepEqual(await Promise.allSettled([reading]), [{ status: 'fulfilled', value: undefined }])
})

test('what time does not mend is thrown', async () => {
  const { base, stop } = createStage()
  const refused = new CdbError('CDB_REDIS_REFUSED', 'no right')
  await assert.rejects(
    readPatiently(base, stop.signal, () => Promise.reject(refused)),
    refused,
  )
})
