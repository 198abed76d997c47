import { Redis } from 'ioredis'
import { connectRedis } from '../../../src/adapters/redis/connection.ts'
import type { RedisConnection, RedisExtras } from '../../../src/adapters/redis/connection.ts'
import type { RedisSettings } from '../../../src/adapters/redis/redis-url.ts'
import { parseInstrumentId } from '../../../src/domain/instrument.ts'

export const instrument = parseInstrumentId('BTCUSDT.BINANCE')
export const MARKET_KEY = 'md:BTCUSDT.BINANCE'
export const ACCOUNT = 'main'
export const WIRE_KEY = 'log:main'

export const settingsOf = (url: string, more: Partial<RedisSettings> = {}): RedisSettings => ({
  ...{ url, passwordFile: null, caFile: null, clientName: 'cdb-test' },
  ...more,
})

/** Runs with a connection that is closed afterwards. */
export async function withRedis<T>(
  url: string,
  work: (redis: RedisConnection) => Promise<T>,
  extras: RedisExtras = {},
): Promise<T> {
  const redis = await connectRedis(settingsOf(url), extras)
  try {
    return await work(redis)
  } finally {
    await redis.close()
  }
}

/** An operator at the server, with a plain client. */
export async function withOperator<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { protocol: 2, disableClientInfo: true })
  try {
    return await work(client)
  } finally {
    client.disconnect()
  }
}

/** Tries until it works; throws the last error after half a minute. */
export async function eventually<T>(work: () => Promise<T>): Promise<T> {
  const untilMs = Date.now() + 30_000
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (Date.now() > untilMs) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
