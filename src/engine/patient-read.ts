import { createBackoff } from './backoff.ts'
import { isOperatingError } from './operating-error.ts'
import type { ServiceBase } from './service.ts'

const RETRY = { msMin: 100, msMax: 2_000 }

/**
 * Reads from the market stream as often as it takes while Redis is away. Undefined when told to stop before
 * it was there; throws what is no matter of time.
 */
export async function readPatiently<T>(
  { clock, telemetry, owner }: ServiceBase,
  signal: AbortSignal,
  read: () => Promise<T>,
): Promise<T | undefined> {
  const backoff = createBackoff(owner, RETRY)
  const isStopped = (): boolean => signal.aborted
  while (!isStopped()) {
    try {
      const result = await read()
      telemetry.ready('market stream', '')
      return result
    } catch (error) {
      if (!isOperatingError(error, ['CDB_REDIS_UNREACHABLE'])) throw error
      telemetry.ready('market stream', error.message)
      telemetry.log('warn', 'market data cannot be read', { reason: error.message })
    }
    await clock.sleep(backoff.nextMs(), signal)
  }
  return undefined
}
