import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import type { RunJob, WorkerAnswer } from '../../src/cli/run-pool.ts'
import { instrument, settingsOf, swingingColumns, WHOLE } from './pool-tape.ts'

async function answersTo(
  jobs: readonly RunJob[],
): Promise<Readonly<{ answers: WorkerAnswer[]; beats: number }>> {
  const beat = new Int32Array(new SharedArrayBuffer(4))
  const workerData = { instrument, columns: swingingColumns(1000), beat }
  const worker = new Worker(new URL('../../src/cli/grid-worker.ts', import.meta.url), { workerData })
  try {
    const answers: WorkerAnswer[] = []
    for (const job of jobs) {
      const answered = once(worker, 'message') as Promise<[WorkerAnswer]>
      worker.postMessage(job)
      answers.push((await answered)[0])
    }
    return { answers, beats: Atomics.load(beat, 0) }
  } finally {
    await worker.terminate()
  }
}

test('a worker answers each job with the summary and the returns of its run, and beats while it runs', async () => {
  const job = { settings: settingsOf({}), range: WHOLE }
  const { answers, beats } = await answersTo([job, job])
  assert(beats >= 2)
  const [first, second] = answers
  assert(first?.kind === 'done' && second?.kind === 'done')
  assert.equal(first.result.summary.trades, 1000)
  assert.equal(first.result.summary.journalHash, second.result.summary.journalHash)
  assert.equal(first.result.returns.length, first.result.summary.returns)
})

test('a job that fails is answered with code, message and mend, and the next one runs', async () => {
  const bad = { settings: settingsOf({ params: { lookback: 'soon' } }), range: WHOLE }
  const { answers } = await answersTo([bad, { settings: settingsOf({}), range: WHOLE }])
  const [failed, done] = answers
  assert(failed?.kind === 'failed')
  assert.equal(failed.code, 'CDB_PARAM_INVALID')
  assert.match(failed.message, /lookback=soon/)
  assert.equal(done?.kind, 'done')
})
