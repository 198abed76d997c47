import { openPostgres } from '../adapters/postgres/connection.ts'
import { createLeaseStore } from '../adapters/postgres/lease-store.ts'
import { requireSchema } from '../adapters/postgres/schema.ts'
import type { SqlDatabase } from '../adapters/postgres/sql.ts'
import { openTradingLog } from '../adapters/postgres/trading-log.ts'
import { connectRedis } from '../adapters/redis/connection.ts'
import type { RedisConnection } from '../adapters/redis/connection.ts'
import { createRedisWire } from '../adapters/redis/wire.ts'
import { digest } from '../adapters/system/digest.ts'
import type { ServiceBase } from '../engine/service.ts'
import type { TradingLog, Wire } from '../engine/trading-log.ts'
import { serviceConfigOf } from './service-config.ts'
import type { ServiceConfig } from './service-config.ts'
import type { ServiceLife } from './service-process.ts'

/** What every service works with. */
export type ServiceParts = Readonly<{ base: ServiceBase; db: SqlDatabase; redis: RedisConnection }>

/** What the services of the trading log work with besides. */
export type TradingParts = ServiceParts & Readonly<{ config: ServiceConfig; log: TradingLog; wire: Wire }>

/** The heartbeat of the lease must find a connection while a commit has one and a read another. */
const POOL_MAX = 6
const PARTITION = 0

/** Opens the database and the wire for as long as the body takes. */
export async function withParts(
  life: ServiceLife,
  body: (parts: ServiceParts) => Promise<void>,
): Promise<void> {
  const { role, settings, telemetry, clock, owner, signal } = life
  const db = await openPostgres({ ...settings.database, applicationName: `cdb ${role}`, poolMax: POOL_MAX })
  try {
    await requireSchema(db)
    const redis = await connectRedis(
      { ...settings.redis, clientName: `cdb-${role}` },
      { mustAnswer: false, onProblem: redisTelling(life) },
    )
    try {
      telemetry.ready('service', '')
      const base = { owner, partition: PARTITION, leases: createLeaseStore(db), clock, telemetry, signal }
      await body({ base, db, redis })
    } finally {
      await redis.close()
    }
  } finally {
    await db.close()
  }
}

/** As withParts, with the trading log of the account. */
export async function withTradingParts(
  life: ServiceLife,
  body: (parts: TradingParts) => Promise<void>,
): Promise<void> {
  const config = await serviceConfigOf(life.settings)
  await withParts(life, async (parts) => {
    const log = await openTradingLog({ db: parts.db, run: config.run, digest })
    await body({ ...parts, config, log, wire: createRedisWire(parts.redis, life.settings.account) })
  })
}

/** Risk and execution do without Redis, only slower; the others have nothing to read or write then. */
function redisTelling({ role, telemetry }: ServiceLife): (problem: string) => void {
  const canDoWithout = role === 'risk' || role === 'execution'
  return (problem) => {
    telemetry.status({ redis: problem === '' ? 'ok' : problem })
    if (!canDoWithout) telemetry.ready('redis', problem)
    else if (problem === '') telemetry.log('info', 'Redis is there again')
    else telemetry.log('warn', 'goes on without Redis', { reason: problem })
  }
}
