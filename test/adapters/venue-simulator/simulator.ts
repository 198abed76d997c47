import { money } from '../../../src/domain/decimal.ts'
import { instrumentOf } from '../../../src/domain/instruments.ts'
import { simulatorCredentials } from '../../../src/adapters/venue-simulator/credentials.ts'
import { startVenueSimulator } from '../../../src/adapters/venue-simulator/server.ts'
import type { VenueSimulator, VenueSimulatorOptions } from '../../../src/adapters/venue-simulator/server.ts'

export const simulated = instrumentOf('BTCUSDT.SIM')

/** A venue on a free port, whose market has been open for a minute. */
export const startSimulator = (options: Partial<VenueSimulatorOptions> = {}): Promise<VenueSimulator> =>
  startVenueSimulator({
    ...{ port: 0, instrument: simulated, seed: 1, cash: money('10000'), credentials: simulatorCredentials },
    startMs: Date.now() - 60_000,
    ...options,
  })

/** Asks the venue's control plane. */
export async function control(
  venue: VenueSimulator,
  method: string,
  path: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<Readonly<{ status: number; body: unknown }>> {
  const response = await fetch(`${venue.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}
