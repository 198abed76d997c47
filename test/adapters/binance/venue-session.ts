import { setTimeout as sleep } from 'node:timers/promises'
import { createBinanceGateway } from '../../../src/adapters/binance/gateway.ts'
import type { BinanceGatewayOptions } from '../../../src/adapters/binance/gateway.ts'
import { systemClock } from '../../../src/adapters/system/clock.ts'
import { simulatorCredentials } from '../../../src/adapters/venue-simulator/credentials.ts'
import type { VenueSimulator, VenueSimulatorOptions } from '../../../src/adapters/venue-simulator/server.ts'
import type { GatewayUnderTest } from '../../contracts/venue-gateway.ts'
import { createQuietTelemetry } from '../../services/quiet-telemetry.ts'
import { simulated, startSimulator } from '../venue-simulator/simulator.ts'

export type VenueSession = GatewayUnderTest & Readonly<{ venue: VenueSimulator }>

export const gatewayOptions = (venue: Pick<VenueSimulator, 'url' | 'streamUrl'>): BinanceGatewayOptions => ({
  ...{ baseUrl: venue.url, streamUrl: venue.streamUrl, extensions: true },
  ...{
    key: () => Promise.resolve(simulatorCredentials),
    clock: systemClock,
    telemetry: createQuietTelemetry(),
  },
})

/** A simulated venue and a gateway to it, over loopback. */
export async function startSession(
  wanted: Partial<VenueSimulatorOptions> = {},
  options: Partial<BinanceGatewayOptions> = {},
): Promise<VenueSession> {
  const venue = await startSimulator(wanted)
  const gateway = createBinanceGateway({ ...gatewayOptions(venue), ...options })
  return {
    ...{ gateway, venue, instrument: simulated, account: 'account', ledger: venue.ledger },
    nowMs: Date.now,
    pass: (ms) => sleep(ms),
    async close() {
      await gateway.close()
      await venue.close()
    },
  }
}
