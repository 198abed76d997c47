import { execFileSync } from 'node:child_process'
import { connectRedis } from '../../src/adapters/redis/connection.ts'
import { createMarketPublisher } from '../../src/adapters/redis/market-publisher.ts'
import { instrumentOf } from '../../src/domain/instruments.ts'
import { startRedis } from '../../test/servers/redis.ts'
import { tradesOf } from './trades.ts'

export type StreamBench = Readonly<{
  /** Trades a second, in batches of each size, one batch after another. */
  publish: Readonly<Record<string, number>>
  /** XADD entries a second of redis-benchmark, with 16 in flight, an entry holding one trade's 40 bytes. */
  benchmark: number
}>

const BATCHES = [256, 1_024]

/** What the market data service can publish, against what the same server takes from redis-benchmark. */
export async function benchStream(count: number): Promise<StreamBench> {
  const server = await startRedis()
  const redis = await connectRedis({ url: server.url, passwordFile: null, caFile: null, clientName: 'bench' })
  try {
    const trades = tradesOf(count)
    const publish: Record<string, number> = {}
    for (const size of BATCHES) {
      const publisher = createMarketPublisher(redis, instrumentOf(`BTC${size}USDT.SIM`).id)
      const startMs = performance.now()
      for (let at = 0; at < count; at += size) {
        const events = trades.slice(at, at + size)
        await publisher.publish({ epoch: 1, firstSeq: at + 1, sentMs: Date.now(), events })
      }
      publish[size] = Math.round((count / (performance.now() - startMs)) * 1_000)
    }
    return { publish, benchmark: benchmarkOf(server.port, count) }
  } finally {
    await redis.close()
    await server.remove()
  }
}

function benchmarkOf(port: number, count: number): number {
  const args = ['-p', String(port), '-n', String(count), '-P', '16', '-q', '--csv', 'XADD', 'bench', '*', 'b']
  const output = execFileSync('redis-benchmark', [...args, 'x'.repeat(40)], { encoding: 'utf8' })
  const rate = /"([\d.]+)"/.exec(
    output
      .split('\n')
      .at(-2)
      ?.replace(/^"[^"]*",/, '') ?? '',
  )?.[1]
  return Math.round(Number(rate))
}
