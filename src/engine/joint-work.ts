/**
 * Runs several loops of one service until all have returned. They get a signal that is aborted when the given
 * one is, or when one of them has thrown; the first error is thrown once all have ended.
 */
export async function runJointly(
  signal: AbortSignal,
  loops: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const stop = new AbortController()
  const abort = (): void => {
    stop.abort()
  }
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  const failures: unknown[] = []
  await Promise.all(
    loops.map(async (loop) => {
      try {
        await loop(stop.signal)
      } catch (error) {
        failures.push(error)
        abort()
      }
    }),
  )
  signal.removeEventListener('abort', abort)
  if (failures.length > 0) throw failures[0]
}
