import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startHealthServer } from '../../../src/adapters/http/health-server.ts'
import type { HealthServer } from '../../../src/adapters/http/health-server.ts'

const parts: Record<string, string> = {}
const source = {
  parts: () => parts,
  fields: () => ({ service: 'risk', seq: 7 }),
  exposition: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', text: 'cdb_up 1\n' }),
}
const server: HealthServer = await startHealthServer({ host: '127.0.0.1', port: 0, source })
after(() => server.close())

const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${server.url}${path}`, init)
const put = (values: Readonly<Record<string, string>>): void => {
  for (const name of Object.keys(parts)) Reflect.deleteProperty(parts, name)
  Object.assign(parts, values)
}

test('health and readiness say 503 and why while a part is not ready, and 200 after', async () => {
  put({ service: '', redis: 'cannot be reached' })
  for (const path of ['/health', '/health/ready']) assert.equal((await get(path)).status, 503, path)
  assert.deepEqual(await (await get('/health/ready')).json(), {
    ready: false,
    reasons: { redis: 'cannot be reached' },
  })
  put({ service: '', redis: '' })
  for (const path of ['/health', '/health/ready']) assert.equal((await get(path)).status, 200, path)
  assert.deepEqual(await (await get('/health')).json(), {
    ...{ ready: true, service: 'risk', seq: 7 },
    parts: { service: '', redis: '' },
  })
})

test('liveness and status say 200 whatever is not ready', async () => {
  put({ database: 'cannot be reached' })
  assert.deepEqual(await (await get('/health/live')).json(), { live: true })
  const status = await get('/status?x=1')
  assert.equal(status.status, 200)
  assert.equal(status.headers.get('cache-control'), 'no-store')
  assert.deepEqual(await status.json(), { ready: false, service: 'risk', seq: 7, parts })
})

test('metrics come as they are', async () => {
  const response = await get('/metrics')
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4')
  assert.equal(await response.text(), 'cdb_up 1\n')
})

test('nothing else is answered, and nothing is written to', async () => {
  assert.equal((await get('/secrets')).status, 404)
  const post = await get('/status', { method: 'POST', body: 'x'.repeat(100_000) })
  assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD'])
  const head = await get('/status', { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
})

test('a failing source is a 500, not the end of the server', async () => {
  const failing = { ...source, exposition: () => Promise.reject(new Error('postgres://u:canary@h')) }
  const other = await startHealthServer({ host: '127.0.0.1', port: 0, source: failing })
  try {
    const response = await fetch(`${other.url}/metrics`)
    assert.equal(response.status, 500)
    assert(!(await response.text()).includes('canary'))
  } finally {
    await other.close()
  }
})

test('a port that is taken is told as such', async () => {
  await assert.rejects(startHealthServer({ host: '127.0.0.1', port: server.port, source }), {
    code: 'CDB_PORT_IN_USE',
  })
})

test('an address that is not of this machine is a bad setting', async () => {
  await assert.rejects(startHealthServer({ host: '192.0.2.1', port: 0, source }), {
    code: 'CDB_CONFIG_INVALID',
  })
})
