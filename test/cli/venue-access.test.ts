import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createTelemetry } from '../../src/adapters/system/telemetry.ts'
import { systemClock } from '../../src/adapters/system/clock.ts'
import { startVenueSimulator } from '../../src/adapters/venue-simulator/server.ts'
import { parseServiceSettings } from '../../src/cli/service-settings.ts'
import { openGateway } from '../../src/cli/venue-access.ts'
import { money } from '../../src/domain/decimal.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

test('a key that is changed under a running process is used from then on, a bad one is not', () =>
  inTemporaryFolder(async (folder) => {
    const lines: string[] = []
    const telemetry = createTelemetry({
      ...{ service: 'execution', owner: 'a', level: 'info', format: 'json' },
      write: (line) => {
        lines.push(line)
      },
    })
    const keyFile = join(folder, 'key.json')
    await writeFile(keyFile, JSON.stringify({ apiKey: 'one', secret: 'canary-1' }))
    const settings = parseServiceSettings({ CDB_VENUE_KEY_FILE: keyFile }, null, [])
    const venueOf = (apiKey: string, secret: string): ReturnType<typeof startVenueSimulator> =>
      startVenueSimulator({
        ...{ port: 0, instrument: settings.instrument, seed: 1, cash: money('10000') },
        credentials: { apiKey, secret },
      })
    const one = await venueOf('one', 'canary-1')
    const two = await venueOf('two', 'canary-two')
    const at = ({ url, streamUrl }: Readonly<{ url: string; streamUrl: string }>) =>
      openGateway({ ...settings, venue: { url, streamUrl, keyFile } }, systemClock, telemetry)
    const first = at(one)
    const second = at(two)
    try {
      assert.equal((await first.balances()).length > 0, true)
      await assert.rejects(second.balances(), { code: 'CDB_VENUE_REFUSED' })
      await writeFile(keyFile, JSON.stringify({ apiKey: 'two', secret: 'canary-two' }))
      assert.equal((await second.balances()).length > 0, true)
      await writeFile(keyFile, '{"apiKey":"canary"')
      assert.equal((await second.balances()).length > 0, true)
      assert.match(lines.join(''), /the key before stays in use/)
      assert(!lines.join('').includes('canary'))
    } finally {
      for (const part of [first, second, one, two]) await part.close()
    }
  }))

test('a key file that cannot be read at the start is an error', () => {
  const settings = parseServiceSettings({ CDB_VENUE_KEY_FILE: '/nowhere' }, null, [])
  const telemetry = createTelemetry({
    ...{ service: 'execution', owner: 'a', level: 'info', format: 'json' },
    write: () => undefined,
  })
  assert.throws(() => openGateway(settings, systemClock, telemetry), { code: 'CDB_FILE_UNREADABLE' })
})
