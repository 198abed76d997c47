import { Worker } from 'node:worker_threads'
import type { MarketSource } from '../../engine/ports.ts'

/** Ends the process when code that must return does not: a loop without end leaves no other way. */
export type Watchdog = Readonly<{
  /** The main thread is at work, and has come this far. */
  beat(): void
  /** The main thread waits, which may take as long as it likes. */
  rest(): void
  close(): Promise<void>
}>

/** Cells of the memory shared with the watching thread. */
export const BEATS = 0
export const BUSY = 1

const STALL_MS = 10_000

export type WatchdogSettings = Readonly<{ memory: SharedArrayBuffer; stallMs: number; subject: string }>

/**
 * Watches from a thread of its own, because a main thread that loops runs no timer and no signal handler.
 * When no beat comes for stallMs while at work, it writes CDB_STRATEGY_STALLED on stderr and kills the
 * process: exit code 137. What the log has committed stays; what it has not is derived again at the next
 * start.
 */
export function startWatchdog(subject: string, stallMs = STALL_MS): Watchdog {
  const memory = new SharedArrayBuffer(8)
  const cells = new Int32Array(memory)
  const settings: WatchdogSettings = { memory, stallMs, subject }
  const worker = new Worker(new URL('./watchdog-worker.ts', import.meta.url), {
    workerData: settings,
    execArgv: [],
  })
  worker.unref()
  let beats = 0
  return {
    beat() {
      beats = (beats + 1) | 0
      Atomics.store(cells, BEATS, beats)
      Atomics.store(cells, BUSY, 1)
    },
    rest() {
      Atomics.store(cells, BUSY, 0)
    },
    async close() {
      await worker.terminate()
    },
  }
}

/** The source, with a beat for each event that is taken, and rest while more is waited for. */
export function watchSource(source: MarketSource, watchdog: Watchdog): MarketSource {
  return {
    instrument: source.instrument,
    async read(countMax) {
      watchdog.rest()
      const batch = await source.read(countMax)
      watchdog.beat()
      if (batch === null) return null
      return {
        length: batch.length,
        at(index) {
          watchdog.beat()
          return batch.at(index)
        },
      }
    },
    close: () => source.close(),
  }
}
