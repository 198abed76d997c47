import { execFileSync } from 'node:child_process'
import { openMarketStore } from '../../src/adapters/postgres/market-store.ts'
import { openPostgres } from '../../src/adapters/postgres/connection.ts'
import { migrate } from '../../src/adapters/postgres/schema.ts'
import { instrumentOf } from '../../src/domain/instruments.ts'
import { startPostgres } from '../../test/servers/postgres.ts'
import { tradesOf } from './trades.ts'

/** Rows a second. */
export type StoreBench = Readonly<{ write: number; copy: number }>

const BATCH = 10_000

/** What db-writer stores, against COPY of the same rows by psql into a table of the same columns and key. */
export async function benchStore(count: number): Promise<StoreBench> {
  const server = await startPostgres()
  const settings = { url: server.url, passwordFile: null, applicationName: 'bench', poolMax: 2 }
  const db = await openPostgres(settings)
  try {
    await migrate(db)
    const { id } = instrumentOf('BTCUSDT.SIM')
    const store = await openMarketStore(settings, id)
    const trades = tradesOf(count)
    const startMs = performance.now()
    for (let at = 0; at < count; at += BATCH) {
      await store.write({ position: `${at + BATCH}-0`, trades: trades.slice(at, at + BATCH), candles: [] })
    }
    const write = Math.round((count / (performance.now() - startMs)) * 1_000)
    await store.close()
    await db.query('create table bench (like trades including all)')
    const lines = trades.map(({ tradeId, eventMs, price, quantity, aggressor }) =>
      [id, tradeId, eventMs, price, quantity, aggressor].join('\t'),
    )
    const copyMs = performance.now()
    execFileSync('psql', [server.url, '-q', '-c', 'copy bench from stdin'], {
      input: `${lines.join('\n')}\n`,
    })
    return { write, copy: Math.round((count / (performance.now() - copyMs)) * 1_000) }
  } finally {
    await db.close()
    await server.remove()
  }
}
