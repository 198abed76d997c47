import { setTimeout as sleep } from 'node:timers/promises'

const PERIOD_MS = 500

/**
 * Waits until the probe gives something other than null, and returns that. The probe may throw while what it
 * asks for is not there yet; the last error is told when the time is up, with what `state` says then.
 */
export async function until<T>(
  what: string,
  secondsMax: number,
  probe: () => Promise<T | null>,
  state: () => Promise<string> = () => Promise.resolve(''),
): Promise<T> {
  const endMs = Date.now() + secondsMax * 1000
  let lastError = ''
  while (Date.now() < endMs) {
    try {
      const found = await probe()
      if (found !== null) return found
      lastError = ''
    } catch (error) {
      lastError = error instanceof Error ? error.message : String(error)
    }
    await sleep(PERIOD_MS)
  }
  const last = lastError === '' ? '' : `\nthe last error: ${lastError}`
  throw new Error(`not within ${secondsMax} s: ${what}${last}\n${await state()}`.trimEnd())
}
