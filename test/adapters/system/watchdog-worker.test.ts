import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const module = new URL('../../../src/adapters/system/watchdog.ts', import.meta.url).href
const STALL_MS = 200

/** Runs a body in a process of its own, watched with a short limit. */
const watched = (body: string): ReturnType<typeof spawnSync> =>
  spawnSync(process.execPath, [
    ...['--input-type=module', '-e'],
    `const { startWatchdog } = await import('${module}')
    const { setTimeout } = await import('node:timers/promises')
    const watchdog = startWatchdog('strategy loops', ${STALL_MS})
    ${body}`,
  ])

test('a loop without end is ended from outside, with a word on it', () => {
  const { signal, stderr } = watched('watchdog.beat(); for (;;);')
  assert.equal(signal, 'SIGKILL')
  assert.match(
    stderr.toString(),
    /^cdb: CDB_STRATEGY_STALLED: strategy loops did not return within 0\.2 s\n {2}mend: /,
  )
})

test('long work that beats, and a long wait at rest, are left alone', () => {
  const { status, stderr } = watched(`
    for (const end = performance.now() + ${3 * STALL_MS}; performance.now() < end;) watchdog.beat()
    watchdog.rest()
    await setTimeout(${3 * STALL_MS})
    await watchdog.close()`)
  assert.equal(status, 0, stderr.toString())
  assert.equal(stderr.toString(), '')
})

test('a watchdog that is not closed does not keep its process alive', () => {
  assert.equal(watched('watchdog.rest()').status, 0)
})
