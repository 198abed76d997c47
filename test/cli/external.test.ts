import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openPostgres } from '../../src/adapters/postgres/connection.ts'
import { exitCodes } from '../../src/cli/command.ts'
import { runCli } from '../../src/cli/cdb.ts'
import { startPostgres } from '../servers/postgres.ts'
import type { PostgresServer } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import type { RedisServer } from '../servers/redis.ts'
import { capturedTerminal } from './captured-terminal.ts'
import { runCaptured } from './run-cli.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

let postgres: PostgresServer
let redis: RedisServer

before(async () => {
  postgres = await startPostgres()
  redis = await startRedis()
})
after(async () => {
  await redis.remove()
  await postgres.remove()
})

const urls = (): readonly string[] => ['--database-url', postgres.url, '--redis-url', redis.url]

type Report = Readonly<{ services: readonly Readonly<{ name: string; ready: boolean; restarts: number }>[] }>

test('up --external runs the five services to readiness, starts a killed one again, and stops all', () =>
  inTemporaryFolder(async (folder) => {
    const { terminal, stdout, stderr, saw, stop } = capturedTerminal()
    const code = runCli(['up', '--external', ...urls(), '--data', folder, '--json'], terminal)
    try {
      await saw('all services are ready')
      await saw('restarts\n')
      process.kill(Number(/^risk +ready +\S+ +(\d+)/m.exec(stderr())?.[1]), 'SIGKILL')
      await saw('risk      | ended: SIGKILL; is started again')
      await saw('role=risk partition=0 epoch=2')
    } finally {
      stop()
    }
    assert.equal(await code, exitCodes.ok)
    const { services } = JSON.parse(stdout()) as Report
    assert.deepEqual(
      services.map(({ name, restarts }) => [name, restarts]),
      [
        ['ws', 0],
        ['signal', 0],
        ['risk', 1],
        ['execution', 0],
        ['db-writer', 0],
      ],
    )
    for (const { name } of services) assert.match(stderr(), new RegExp(`${name}: has stopped`))
    // Every lease was handed over, not left to end by itself.
    const db = await openPostgres({
      ...{ url: postgres.url, passwordFile: null, applicationName: 'test', poolMax: 1 },
    })
    const held = await db.query('select role from partition where lease_until > clock_timestamp()')
    await db.close()
    assert.deepEqual(held, [])
  }))

test('a service that cannot start ends it all, with its words', () =>
  inTemporaryFolder(async (folder) => {
    const argv = ['--data', folder, '--param', 'speed=1']
    const { code, stderr } = await runCaptured(['up', '--external', ...urls(), ...argv])
    assert.equal(code, exitCodes.usage)
    assert.match(stderr, /signal +\| cdb: CDB_PARAM_UNKNOWN: /)
  }))
