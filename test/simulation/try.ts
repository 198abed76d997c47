import { createRandom } from '../../src/engine/random.ts'
import { createWorld, START_MS } from './world.ts'
import { cyclicStrategy } from './market-script.ts'
const random = createRandom(1, 'x')
const t = performance.now()
const world = createWorld({ seed: 1, random, spanMs: 120_000, fateOf: () => ({ requestMs: 1, replyMs: 1 }), orderFateOf: () => 'plain', strategy: cyclicStrategy(450), passive: false, restartMs: () => 1000 })
await world.scheduler.run(START_MS + 120_000)
console.log(performance.now() - t, 'ms', world.scheduler.calls(), 'calls', world.scheduler.failure())
const kinds = new Map<string, number>()
for (const { event } of world.log.entries) { const k = event.kind + (event.kind==='denied'||event.kind==='alert'||event.kind==='discrepancy' ? ' ' + event.code : ''); kinds.set(k, (kinds.get(k) ?? 0) + 1) }
console.log(kinds, world.violations, world.endings, world.venue.orders.size, world.venue.balances())
console.log(world.scheduler.tail().slice(-15))
process.exit(0)
