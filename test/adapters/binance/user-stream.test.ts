import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUserStream } from '../../../src/adapters/binance/user-stream.ts'
import { CdbError } from '../../../src/domain/errors.ts'
import { createQuietTelemetry } from '../../services/quiet-telemetry.ts'

test('waiting returns after its time, when aborted and when closed, also without a venue', async () => {
  const lost = (): Promise<never> => Promise.reject(new CdbError('CDB_VENUE_UNREACHABLE', 'away'))
  const rest = {
    ...{ post: lost, signed: lost, unsigned: lost, setOffset: () => undefined, close: () => undefined },
  }
  const telemetry = createQuietTelemetry()
  const stream = createUserStream({ rest, streamUrl: 'ws://127.0.0.1:1', telemetry })
  const never = new AbortController()
  await stream.wait(1, never.signal)
  // The first attempt ended: something may have happened unheard.
  await stream.wait(60_000, never.signal)
  const aborted = new AbortController()
  const wait = stream.wait(60_000, aborted.signal)
  aborted.abort()
  await wait
  const last = stream.wait(60_000, never.signal)
  await stream.close()
  await last
  assert(telemetry.lines.some(({ fields }) => fields['reason'] === 'away'))
})
