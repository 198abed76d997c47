import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { parseVenueLedger } from '../src/adapters/postgres/audit-venue.ts'
import { decodeEvent } from '../src/domain/codec.ts'
import { startCluster } from '../test/chaos/cluster.ts'
import type { Cluster } from '../test/chaos/cluster.ts'
import { machineLine, timesLine, timesOf } from './services/figures.ts'
import type { Times } from './services/figures.ts'

/*
 * Time from a trade at the venue to the POST of the order that follows from it, and of each hop between: one
 * of each service as processes, PostgreSQL with fsync, Redis and the simulated venue, all on this machine,
 * whose clock they share. A hop ends with the line that a service logs after its commit, to the ms. Usage:
 *   node bench/latency.ts [--seconds 30] [--rate 1000] [--period 200ms] [--seed 1] [--json]
 */
export type LatencyBenchOptions = Readonly<{
  seconds: number
  /** Trades a second of the market. */
  rate: number
  /** Between a wish and the next, as a duration. */
  period: string
  seed: number
}>

export type LatencyBench = Readonly<{
  orders: number
  tickToPost: Times
  /** By what each hop ends with. */
  hops: Readonly<Record<Hop, Times>>
}>

type Hop = 'signal' | 'approved' | 'submitting' | 'received'

/** Times of one order in ms of the wall clock, in order; the first is the trade's. */
type OrderTimes = Readonly<Record<'tick' | Hop, number>>

/** The first orders find cold code and connections that are being made. */
const COLD_ORDERS = 5
const START_MS_MAX = 60_000
const POLL_MS = 100

export async function benchLatency(options: LatencyBenchOptions): Promise<LatencyBench> {
  const { seed, rate, period, seconds } = options
  const cluster = await startCluster({
    ...{ seed, rate, period, replicas: 1, isDirect: true },
    restartMs: () => 500,
  })
  let orders: readonly OrderTimes[]
  try {
    await untilOrders(cluster, COLD_ORDERS)
    await sleep(seconds * 1_000)
    orders = (await ordersOf(cluster)).slice(COLD_ORDERS)
  } finally {
    await cluster.stop()
  }
  await rm(cluster.logFolder, { recursive: true, force: true })
  const hop = (from: keyof OrderTimes, to: Hop): Times =>
    timesOf(orders.map((order) => order[to] - order[from]))
  return {
    orders: orders.length,
    tickToPost: hop('tick', 'received'),
    hops: {
      signal: hop('tick', 'signal'),
      approved: hop('signal', 'approved'),
      submitting: hop('approved', 'submitting'),
      received: hop('submitting', 'received'),
    },
  }
}

async function untilOrders({ db, logFolder }: Cluster, count: number): Promise<void> {
  const endMs = performance.now() + START_MS_MAX
  while (performance.now() < endMs) {
    const [row] = await db.query("select count(*) as count from event_log where kind = 'accepted'")
    if (Number(row?.['count']) >= count) return
    await sleep(POLL_MS)
  }
  throw new Error(
    `fewer than ${count} orders within ${START_MS_MAX} ms; the services' logs are in ${logFolder}`,
  )
}

/** Orders that a signal caused and the venue received, oldest first. */
async function ordersOf({ db, venueUrl, logFolder }: Cluster): Promise<readonly OrderTimes[]> {
  const ledger = parseVenueLedgerTimes(await (await fetch(`${venueUrl}/sim/ledger`)).text())
  const saidMs = new Map<number, number>()
  for (const role of ['signal', 'risk', 'execution']) await readLog(join(logFolder, `${role}-1.log`), saidMs)
  const rows = await db.query(
    `select seq, cause_seq, payload from event_log
     where role = 'trading' and kind in ('signal', 'approved', 'submitting') order by seq`,
  )
  const tickMs = new Map<number, number>()
  const approvals = new Map<string, Readonly<{ seq: number; causeSeq: number }>>()
  const orders: OrderTimes[] = []
  for (const row of rows) {
    const [seq, causeSeq] = [Number(row['seq']), Number(row['cause_seq'])]
    const event = decodeEvent(String(row['payload']))
    if (event.kind === 'signal') tickMs.set(seq, event.eventMs)
    else if (event.kind === 'approved') approvals.set(event.order.clientOrderId, { seq, causeSeq })
    else if (event.kind === 'submitting') {
      const approval = approvals.get(event.clientOrderId)
      const order = {
        tick: tickMs.get(approval?.causeSeq ?? 0),
        signal: saidMs.get(approval?.causeSeq ?? 0),
        approved: saidMs.get(approval?.seq ?? 0),
        submitting: saidMs.get(seq),
        received: ledger.get(event.clientOrderId),
      }
      if (isWhole(order)) orders.push(order)
    }
  }
  return orders
}

const isWhole = (order: Readonly<Record<keyof OrderTimes, number | undefined>>): order is OrderTimes =>
  Object.values(order).every((value) => value !== undefined)

/** When the venue received the POST of each order. */
function parseVenueLedgerTimes(text: string): ReadonlyMap<string, number> {
  parseVenueLedger(text)
  const { orders } = JSON.parse(text) as {
    orders: readonly { clientOrderId: string; receivedMs: number | null }[]
  }
  return new Map(
    orders.flatMap(({ clientOrderId, receivedMs: ms }) => (ms === null ? [] : [[clientOrderId, ms]])),
  )
}

/** Notes when a service said that an entry is on the log, by the entry's number. */
async function readLog(path: string, saidMs: Map<number, number>): Promise<void> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const found = /"time":"([^"]+)".*"seq":(\d+)/.exec(line)
    if (found !== null) saidMs.set(Number(found[2]), Date.parse(found[1] ?? ''))
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '30' },
      rate: { type: 'string', default: '1000' },
      period: { type: 'string', default: '200ms' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  })
  const options = {
    ...{ seconds: Number(values.seconds), rate: Number(values.rate) },
    ...{ period: values.period, seed: Number(values.seed) },
  }
  const result = await benchLatency(options)
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : report(result, options))
}

function report(result: LatencyBench, { seconds, rate, period, seed }: LatencyBenchOptions): string {
  const { signal, approved, submitting, received } = result.hops
  return [
    `${result.orders} orders in ${seconds} s, ${rate} trades/s, a wish every ${period}, seed ${seed}`,
    timesLine('tick -> POST received', result.tickToPost),
    timesLine('  tick -> signal', signal),
    timesLine('  signal -> approved', approved),
    timesLine('  approved -> submitting', submitting),
    timesLine('  submitting -> received', received),
    machineLine(),
    '',
  ].join('\n')
}
