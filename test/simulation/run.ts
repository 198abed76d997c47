import { parseArgs } from 'node:util'
import { mustReach, runSeed } from './chaos.ts'
import type { SeedResult } from './chaos.ts'

const SEEDS_DEFAULT = '200'
/** From this many on, every fault and branch must have been reached. */
const SEEDS_FOR_REACH = 100
/** Every seed whose number this divides is run twice, and must leave the same trace. */
const TWICE_EVERY = 10
const TAIL_SHOWN = 60

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: SEEDS_DEFAULT },
    from: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    tail: { type: 'boolean', default: false },
    stop: { type: 'boolean', default: false },
  },
})

const count = Number(values.seeds)
const from = Number(values.from)
const startMs = performance.now()
const reached = new Map<string, number>()
const failed: SeedResult[] = []
const mismatched: number[] = []
let twice = 0
let calls = 0
let orders = 0

for (let seed = from; seed < from + count; seed++) {
  const result = await runSeed(seed)
  calls += result.calls
  orders += result.orders
  for (const name of result.reached) reached.set(name, (reached.get(name) ?? 0) + 1)
  if (result.violations.length > 0) {
    failed.push(result)
    process.stderr.write(`seed ${seed}: ${result.violations.slice(0, 5).join('\n  ')}\n`)
    if (values.stop) break
    if (values.tail) process.stderr.write(`${result.tail.slice(-TAIL_SHOWN).join('\n')}\n`)
  }
  if (values.twice || seed % TWICE_EVERY === 0) {
    twice += 1
    const again = await runSeed(seed)
    if (again.traceHash !== result.traceHash) {
      mismatched.push(seed)
      process.stderr.write(`seed ${seed}: another trace the second time\n`)
    }
  }
  if ((seed - from + 1) % 25 === 0) process.stderr.write(`${seed - from + 1} of ${count} seeds\n`)
}

const unreached = mustReach.filter((name) => !reached.has(name))
const isThorough = count >= SEEDS_FOR_REACH
const summary = {
  seeds: count,
  from,
  violations: failed.length,
  failingSeeds: failed.map(({ seed }) => seed),
  firstViolation: failed[0]?.violations[0] ?? null,
  traceHashMismatches: mismatched.length,
  seedsRunTwice: twice,
  portCalls: calls,
  orders,
  unreached,
  reached: Object.fromEntries([...reached].sort(([left], [right]) => (left < right ? -1 : 1))),
  seconds: Math.round((performance.now() - startMs) / 100) / 10,
}
process.stdout.write(`${JSON.stringify(summary, null, values.json ? 0 : 2)}\n`)
const isGood = failed.length === 0 && mismatched.length === 0 && (!isThorough || unreached.length === 0)
process.exit(isGood ? 0 : 1)
