import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { CdbError } from '../domain/errors.ts'
import type { ErrorCode } from '../domain/errors.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { TimeRange } from '../engine/market-slice.ts'
import type { RunSummary } from '../engine/run-summary.ts'
import type { TapeColumns } from '../engine/tape.ts'
import type { RunSettings } from './run-settings.ts'

/** One backtest of many: settings of its own over a part of the shared tape. */
export type RunJob = Readonly<{ settings: RunSettings; range: TimeRange }>

export type RunResult = Readonly<{ summary: RunSummary; returns: readonly number[] }>

/** What a worker is given, and what it answers with. */
export type WorkerSetup = Readonly<{ instrument: Instrument; columns: TapeColumns; beat: Int32Array }>
export type WorkerAnswer =
  | Readonly<{ kind: 'done'; result: RunResult }>
  | Readonly<{ kind: 'failed'; code: ErrorCode; message: string; mend: string }>
  | Readonly<{ kind: 'broken'; stack: string }>

export type RunPool = Readonly<{
  /** Runs the jobs over the workers; results come in the order of the jobs. The first failure ends it. */
  run(jobs: readonly RunJob[], onDone: (done: number) => void): Promise<readonly RunResult[]>
  close(): Promise<void>
}>

/** A run that takes no batch for so long has a strategy that does not return. */
const STALL_MS = 10_000
const CHECK_MS = 500

export function createRunPool(
  tape: Omit<WorkerSetup, 'beat'>,
  options: Readonly<{ workers?: number; stallMs?: number; signal: AbortSignal }>,
): RunPool {
  const { stallMs = STALL_MS, signal } = options
  const size = Math.max(1, options.workers ?? availableParallelism())
  const lanes: Lane[] = []

  const run: RunPool['run'] = async (jobs, onDone) => {
    const results: RunResult[] = []
    let next = 0
    let done = 0
    const serve = async (lane: Lane): Promise<void> => {
      for (let index = next++; index < jobs.length; index = next++) {
        results[index] = await ask(lane, jobs[index] as RunJob, { stallMs, signal })
        done += 1
        onDone(done)
      }
    }
    while (lanes.length < Math.min(size, jobs.length)) lanes.push(createLane(tape))
    await Promise.all(lanes.map(serve))
    return results
  }

  return {
    run,
    async close() {
      await Promise.all(lanes.map(({ worker }) => worker.terminate()))
    },
  }
}

type Lane = Readonly<{ worker: Worker; beat: Int32Array }>

function createLane(tape: Omit<WorkerSetup, 'beat'>): Lane {
  const beat = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const workerData: WorkerSetup = { ...tape, beat }
  return { worker: new Worker(new URL('./grid-worker.ts', import.meta.url), { workerData }), beat }
}

type Watch = Readonly<{ stallMs: number; signal: AbortSignal }>

/** Sends one job and waits for its answer, while the beat shows that the run moves. */
function ask({ worker, beat }: Lane, job: RunJob, { stallMs, signal }: Watch): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    let seen = Atomics.load(beat, 0)
    let seenMs = performance.now()
    const check = setInterval(() => {
      const now = Atomics.load(beat, 0)
      if (signal.aborted) settle(() => reject(new CdbError('CDB_INTERRUPTED', 'the runs were interrupted')))
      if (now !== seen) [seen, seenMs] = [now, performance.now()]
      else if (performance.now() - seenMs > stallMs) settle(() => reject(stalled(job, stallMs)))
    }, CHECK_MS)
    const onMessage = (answer: WorkerAnswer): void => {
      settle(() => {
        if (answer.kind === 'done') resolve(answer.result)
        else reject(errorOf(answer))
      })
    }
    const onError = (error: Error): void => {
      settle(() => {
        reject(error)
      })
    }
    const settle = (act: () => void): void => {
      clearInterval(check)
      worker.off('message', onMessage).off('error', onError)
      act()
    }
    worker.on('message', onMessage).on('error', onError)
    worker.postMessage(job)
  })
}

const stalled = ({ settings }: RunJob, stallMs: number): CdbError =>
  new CdbError(
    'CDB_STRATEGY_STALLED',
    `strategy ${settings.strategy} did not return within ${stallMs / 1000} s: ${JSON.stringify(settings.params)}`,
    { mend: 'look for a loop that does not end in the strategy file' },
  )

const errorOf = (answer: Exclude<WorkerAnswer, Readonly<{ kind: 'done' }>>): Error =>
  answer.kind === 'failed'
    ? new CdbError(answer.code, answer.message, { mend: answer.mend })
    : new Error(answer.stack)
