import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRunPool } from '../../src/cli/run-pool.ts'
import type { RunPool } from '../../src/cli/run-pool.ts'
import { instrument, settingsOf, swingingColumns, WHOLE } from './pool-tape.ts'
import { SAMPLE_MS, writeStrategy } from './sample-files.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const never = new AbortController().signal

async function withPool<T>(
  options: Readonly<{ workers: number; stallMs?: number; signal?: AbortSignal }>,
  body: (pool: RunPool) => Promise<T>,
): Promise<T> {
  const pool = createRunPool({ instrument, columns: swingingColumns(4000) }, { signal: never, ...options })
  try {
    return await body(pool)
  } finally {
    await pool.close()
  }
}

const jobOf = (lookback: string, range = WHOLE as Readonly<{ fromMs: number; toMs: number }>) => ({
  settings: settingsOf({ params: { lookback } }),
  range,
})
const ignore = (): void => undefined

test('results come in the order of the jobs, whichever worker was first', async () => {
  const lookbacks = ['30s', '2m', '10s', '5m', '1m']
  const [one, two] = await Promise.all(
    [1, 2].map((workers) =>
      withPool({ workers }, (pool) =>
        pool.run(
          lookbacks.map((text) => jobOf(text)),
          ignore,
        ),
      ),
    ),
  )
  assert.deepEqual(
    two?.map(({ summary }) => summary.params['lookback']),
    lookbacks,
  )
  const hashesOf = (results: typeof one) => results?.map(({ summary }) => summary.journalHash)
  assert.deepEqual(hashesOf(two), hashesOf(one))
})

test('a job runs over its part of the tape', async () => {
  const range = { fromMs: SAMPLE_MS + 60_000, toMs: SAMPLE_MS + 120_000 }
  const [result] = await withPool({ workers: 1 }, (pool) => pool.run([jobOf('10s', range)], ignore))
  assert(result !== undefined)
  assert.equal(result.summary.trades, 120)
  assert.equal(result.summary.firstMs, range.fromMs)
})

test('a pool takes more jobs after it was done, and tells how many are done', async () => {
  const done: number[] = []
  await withPool({ workers: 2 }, async (pool) => {
    await pool.run([jobOf('10s'), jobOf('20s'), jobOf('30s')], (count) => done.push(count))
    await pool.run([jobOf('40s')], (count) => done.push(count))
  })
  assert.deepEqual(done, [1, 2, 3, 1])
})

test('an error of ours in a worker is the same error here', async () => {
  const job = { settings: settingsOf({ params: { threshold: '1000' } }), range: WHOLE }
  await assert.rejects(
    withPool({ workers: 1 }, (pool) => pool.run([job], ignore)),
    { code: 'CDB_PARAM_RANGE', mend: 'use 0.0001 to 100 percent' },
  )
})

test('a strategy that loops stalls its run, and the pool still closes', async () => {
  await inTemporaryFolder(async (folder) => {
    const strategy = writeStrategy(folder, 'for (;;) {}')
    const job = { settings: settingsOf({ strategy }), range: WHOLE }
    await assert.rejects(
      withPool({ workers: 1, stallMs: 1500 }, (pool) => pool.run([job], ignore)),
      { code: 'CDB_STRATEGY_STALLED' },
    )
  })
})

test('an interrupt ends the runs', async () => {
  await inTemporaryFolder(async (folder) => {
    const strategy = writeStrategy(folder, 'for (;;) {}')
    const job = { settings: settingsOf({ strategy }), range: WHOLE }
    await assert.rejects(
      withPool({ workers: 1, signal: AbortSignal.abort() }, (pool) => pool.run([job], ignore)),
      { code: 'CDB_INTERRUPTED' },
    )
  })
})
