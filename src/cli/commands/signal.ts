import { createMarketReader } from '../../adapters/redis/market-reader.ts'
import { runSignal } from '../../services/signal.ts'
import { serviceCommand } from '../service-command.ts'
import { withTradingParts } from '../service-parts.ts'

export const signal = serviceCommand({
  role: 'signal',
  summary: 'service: signals of the strategy to the trading log',
  about: `\
Reads the market data on Redis, runs the strategy over it, and writes its signals on the trading log in PostgreSQL.`,
  live: (life) =>
    withTradingParts(life, ({ base, redis, config, log, wire }) => {
      const reader = createMarketReader(redis, life.settings.instrument.id)
      const { warmUpMs } = life.settings
      return runSignal({ ...base, reader, log, wire, config: config.signal, warmUpMs })
    }),
})
