import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { BEATS, BUSY } from './watchdog.ts'
import type { WatchdogSettings } from './watchdog.ts'

const { memory, stallMs, subject } = workerData as WatchdogSettings
const cells = new Int32Array(memory)
const LOOKS_PER_STALL = 20
const STDERR = 2

let seen = Atomics.load(cells, BEATS)
let looks = 0
setInterval(() => {
  const beats = Atomics.load(cells, BEATS)
  looks = Atomics.load(cells, BUSY) === 1 && beats === seen ? looks + 1 : 0
  seen = beats
  if (looks < LOOKS_PER_STALL) return
  writeSync(
    STDERR,
    `cdb: CDB_STRATEGY_STALLED: ${subject} did not return within ${stallMs / 1000} s\n` +
      '  mend: look for a loop without end in it; nothing that was committed is lost\n',
  )
  process.kill(process.pid, 'SIGKILL')
}, stallMs / LOOKS_PER_STALL)
