import { createBinanceFeed } from '../../adapters/binance/feed.ts'
import { createMarketPublisher } from '../../adapters/redis/market-publisher.ts'
import { runWs } from '../../services/ws.ts'
import { createFrameParser } from '../live-frames.ts'
import { serviceCommand } from '../service-command.ts'
import { withParts } from '../service-parts.ts'

const SILENCE_MS = 15_000

export const ws = serviceCommand({
  role: 'ws',
  summary: 'service: market data of the venue to the wire',
  about: `\
Listens to the trades and quotes of the venue and publishes them on Redis, each trade once and in order. What is
missing is fetched, or flagged as a gap.`,
  live: (life) =>
    withParts(life, async ({ base, redis }) => {
      const { instrument, venue } = life.settings
      await runWs({
        ...base,
        publisher: createMarketPublisher(redis, instrument.id),
        instrument: instrument.id,
        feed: createBinanceFeed({
          ...{ baseUrl: venue.url, streamUrl: venue.streamUrl, instrument: instrument.id },
          parse: createFrameParser(instrument.symbol, life.clock.nowMs()),
          ...{ clock: life.clock, silenceMs: SILENCE_MS },
        }),
      })
    }),
})
