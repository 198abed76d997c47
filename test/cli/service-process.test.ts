import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { exitCodes } from '../../src/cli/command.ts'
import { healthPorts, runService } from '../../src/cli/service-process.ts'
import type { ServiceLife } from '../../src/cli/service-process.ts'
import { parseServiceSettings } from '../../src/cli/service-settings.ts'
import { CdbError, InvariantError } from '../../src/domain/errors.ts'
import type { ErrorCode } from '../../src/domain/errors.ts'
import { capturedTerminal } from './captured-terminal.ts'
import type { CapturedTerminal } from './captured-terminal.ts'

const settings = parseServiceSettings(
  { DATABASE_URL: 'postgres://u:canary@h/d', REDIS_URL: 'redis://h', CDB_HEALTH_PORT: '0' },
  null,
)

type Running = CapturedTerminal & Readonly<{ code: Promise<number>; lives: ServiceLife[] }>

/** Runs a service whose lives are given one by one; after the last it works until it is told to stop. */
function running(...lives: readonly ((life: ServiceLife) => Promise<void>)[]): Running {
  const captured = capturedTerminal()
  const lived: ServiceLife[] = []
  const code = runService({
    ...{ role: 'risk', settings, terminal: captured.terminal },
    live(life) {
      lived.push(life)
      return (lives[lived.length - 1] ?? works)(life)
    },
  })
  return { ...captured, code, lives: lived }
}

async function works({ telemetry, signal }: ServiceLife): Promise<void> {
  telemetry.ready('service', '')
  telemetry.log('info', 'works')
  if (!signal.aborted) await once(signal, 'abort')
}

const failing =
  (code: ErrorCode) =>
  ({ telemetry }: ServiceLife): Promise<void> => {
    telemetry.ready('service', '')
    return Promise.reject(new CdbError(code, `broke with ${code}`))
  }
const failingAtTheStart = (code: ErrorCode) => (): Promise<void> =>
  Promise.reject(new CdbError(code, `broke with ${code}`))

const urlOf = (output: string): string => /"url":"([^"]+)"/.exec(output)?.[1] ?? ''

test('a service runs until it is told to stop, and is healthy meanwhile', async () => {
  const { code, saw, stop, stdout } = running()
  await saw('works')
  const url = urlOf(stdout())
  assert.equal((await fetch(`${url}/health`)).status, 200)
  assert.equal((await fetch(`${url}/health/live`)).status, 200)
  assert.match(await (await fetch(`${url}/metrics`)).text(), /^cdb_lease_held\{service="risk"\} 0$/m)
  stop()
  assert.equal(await code, exitCodes.ok)
  await assert.rejects(fetch(`${url}/health`))
})

test('what passes begins the service anew, under another name, with nothing ready', async () => {
  const { code, saw, stop, lives, stdout } = running(
    failing('CDB_FENCED'),
    failingAtTheStart('CDB_DATABASE_UNREACHABLE'),
  )
  await saw('works')
  assert.equal(lives.length, 3)
  assert.equal(new Set(lives.map(({ owner }) => owner)).size, 3)
  assert.match(stdout(), /begins anew/)
  stop()
  assert.equal(await code, exitCodes.ok)
})

test('while the database cannot be reached at the start, it is alive, not ready, and tries on', async () => {
  const { code, saw, stop, stdout } = running(failingAtTheStart('CDB_DATABASE_UNREACHABLE'))
  await saw('begins anew')
  const url = urlOf(stdout())
  const ready = await fetch(`${url}/health/ready`)
  assert.equal(ready.status, 503)
  assert.match(await ready.text(), /broke with CDB_DATABASE_UNREACHABLE/)
  assert.equal((await fetch(`${url}/health/live`)).status, 200)
  await saw('works')
  stop()
  await code
})

test('the same trouble is told once, not at every try', async () => {
  const trouble = failingAtTheStart('CDB_DATABASE_UNREACHABLE')
  const { code, saw, stop, stdout } = running(trouble, trouble, trouble)
  await saw('works')
  assert.equal(stdout().split('begins anew').length - 1, 1)
  stop()
  await code
})

test('what a person must mend ends it at the start, and is waited for once it has run', async () => {
  for (const code of ['CDB_DATABASE_REFUSED', 'CDB_REDIS_REFUSED'] as const) {
    await assert.rejects(running(failingAtTheStart(code)).code, { code })
    const later = running(failing(code))
    await later.saw('works')
    later.stop()
    assert.equal(await later.code, exitCodes.ok)
  }
})

test('wrong schema, a foreign database, a diverged log and broken invariants end it at any time', async () => {
  for (const code of ['CDB_SCHEMA_OLD', 'CDB_DATA_FOREIGN', 'CDB_LOG_DIVERGED', 'CDB_PARAM_RANGE'] as const) {
    await assert.rejects(running(failing(code)).code, { code })
  }
  const broken = running(() => Promise.reject(new InvariantError('one and one is two')))
  await assert.rejects(broken.code, InvariantError)
})

test('an unclean hand-over is told, and is no failure', async () => {
  const { code, saw, stop, stdout } = running(async (life) => {
    await works(life)
    throw new CdbError('CDB_DATABASE_UNREACHABLE', 'went away')
  })
  await saw('works')
  stop()
  assert.equal(await code, exitCodes.ok)
  assert.match(stdout(), /the hand-over was not clean/)
})

test('one that is told to stop while it waits for the next try stops at once', async () => {
  const { code, saw, stop, lives } = running(failingAtTheStart('CDB_FENCED'))
  await saw('begins anew')
  stop()
  assert.equal(await code, exitCodes.ok)
  assert.equal(lives.length, 1)
})

test('a taken port ends the process before anything is opened', async () => {
  const first = running()
  await first.saw('works')
  const port = new URL(urlOf(first.stdout())).port
  const second = capturedTerminal()
  const settingsThere = { ...settings, health: { host: '127.0.0.1', port: Number(port) } }
  const options = { role: 'risk', settings: settingsThere, terminal: second.terminal } as const
  await assert.rejects(
    runService({ ...options, live: () => Promise.reject(new Error('must not be opened')) }),
    { code: 'CDB_PORT_IN_USE' },
  )
  first.stop()
  await first.code
})

test('each service has a port of its own', () => {
  assert.deepEqual(Object.values(healthPorts), [8000, 8001, 8002, 8003, 8004])
})
