import { createBinanceGateway } from '../adapters/binance/gateway.ts'
import { createSecretFile } from '../adapters/system/secret-file.ts'
import { simulatorCredentials } from '../adapters/venue-simulator/credentials.ts'
import type { Credentials } from '../adapters/venue-simulator/credentials.ts'
import type { Clock } from '../engine/clock.ts'
import type { Telemetry } from '../engine/telemetry.ts'
import type { VenueGateway } from '../engine/venue-gateway.ts'
import type { ServiceSettings } from './service-settings.ts'

/**
 * The account at the venue that the settings name. Without a file of its own the key is that of `cdb venue`,
 * which opens nothing else. A key in a file is read again whenever the file has changed.
 */
export function openGateway(
  settings: ServiceSettings,
  clock: Clock,
  telemetry: Telemetry,
): VenueGateway & Readonly<{ close(): Promise<void> }> {
  const { url, streamUrl, keyFile } = settings.venue
  const key = keyFile === null ? () => simulatorCredentials : keyReader(keyFile, telemetry)
  // A key that cannot be read at the start ends the process; later the one before stays in use.
  key()
  return createBinanceGateway({
    ...{ baseUrl: url, streamUrl, clock, telemetry },
    key: () =>
      new Promise((resolve) => {
        resolve(key())
      }),
    extensions: !settings.isLive,
  })
}

const keyReader = (path: string, telemetry: Telemetry): (() => Credentials) =>
  createSecretFile({
    ...{ path, setting: 'CDB_VENUE_KEY_FILE', parse: parseKey },
    onProblem(problem) {
      telemetry.count('alerts_total')
      telemetry.log('error', 'the key before stays in use', { code: problem.code, error: problem.message })
    },
  })

function parseKey(text: string): Credentials {
  const value = JSON.parse(text) as unknown
  const { apiKey, secret } =
    typeof value === 'object' && value !== null ? ({ ...value } as Partial<Credentials>) : {}
  if (typeof apiKey !== 'string' || typeof secret !== 'string' || apiKey === '' || secret === '') {
    throw new Error('not a key')
  }
  return { apiKey, secret }
}
