import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import type { SpawnSyncReturns } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { inTemporaryFolder } from '../../cli/temporary-folder.ts'

const module = new URL('../../../src/adapters/system/watchdog.ts', import.meta.url).href
const STALL_MS = 200
const HANG_MS = 10_000

/** Runs a body in a process of its own, watched with a short limit; one that hangs is ended by SIGTERM. */
const watched = (body: string): Promise<SpawnSyncReturns<Buffer>> =>
  inTemporaryFolder((folder) => {
    const script = join(folder, 'watched.mjs')
    writeFileSync(
      script,
      `import { setTimeout } from 'node:timers/promises'
      const { startWatchdog } = await import('${module}')
      const watchdog = startWatchdog('strategy loops', ${STALL_MS})
      ${body}`,
    )
    return Promise.resolve(spawnSync(process.execPath, [script], { timeout: HANG_MS }))
  })

test('a loop without end is ended from outside, with a word on it', async () => {
  const { signal, stderr } = await watched('watchdog.beat(); for (;;);')
  assert.equal(signal, 'SIGKILL')
  assert.match(
    stderr.toString(),
    /^cdb: CDB_STRATEGY_STALLED: strategy loops did not return within 0\.2 s\n {2}mend: /,
  )
})

test('long work that beats, and a long wait at rest, are left alone', async () => {
  const { status, stderr } = await watched(`
    for (const end = performance.now() + ${3 * STALL_MS}; performance.now() < end;) watchdog.beat()
    watchdog.rest()
    await setTimeout(${3 * STALL_MS})
    await watchdog.close()`)
  assert.equal(status, 0, stderr.toString())
  assert.equal(stderr.toString(), '')
})

test('a watchdog that is not closed does not keep its process alive', async () => {
  assert.equal((await watched('watchdog.rest()')).status, 0)
})
