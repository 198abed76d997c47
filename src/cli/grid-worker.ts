import { parentPort, workerData } from 'node:worker_threads'
import { assert, CdbError } from '../domain/errors.ts'
import { runBacktest } from '../engine/backtest.ts'
import { sliceSource } from '../engine/market-slice.ts'
import { returnsOf } from '../engine/period-closes.ts'
import { summarize } from '../engine/run-summary.ts'
import { createTapeSource } from '../engine/tape-source.ts'
import type { RunJob, RunResult, WorkerAnswer, WorkerSetup } from './run-pool.ts'
import { engineConfigOf } from './run-settings.ts'

/* The worker thread of a grid: one backtest for each message, over the tape that all workers share. */
const { instrument, columns, beat } = workerData as WorkerSetup

async function run({ settings, range }: RunJob): Promise<RunResult> {
  const config = await engineConfigOf(settings, instrument)
  const source = sliceSource(createTapeSource(instrument, columns), range)
  const startMs = performance.now()
  const { engine, tally } = await runBacktest(config, source, {
    onBatch: () => {
      Atomics.add(beat, 0, 1)
      return Promise.resolve()
    },
  })
  const summary = summarize({ tally, engine, config, elapsedMs: performance.now() - startMs })
  return { summary, returns: returnsOf(tally.closes) }
}

/** Errors of ours cross the thread as data, so that the command reports them as its own. */
async function answerTo(job: RunJob): Promise<WorkerAnswer> {
  try {
    return { kind: 'done', result: await run(job) }
  } catch (error) {
    if (error instanceof CdbError) {
      return { kind: 'failed', code: error.code, message: error.message, mend: error.mend }
    }
    return { kind: 'broken', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

const port = parentPort
assert(port !== null, 'grid-worker runs as a worker thread')
port.on('message', (job: RunJob) => {
  void answerTo(job).then((answer) => {
    port.postMessage(answer)
  })
})
