import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createRestClient } from '../../../src/adapters/binance/rest-client.ts'
import type { RestClient } from '../../../src/adapters/binance/rest-client.ts'
import { createVirtualClock } from '../../services/virtual-clock.ts'

type Reply = Readonly<{ status: number; body: string; headers?: Readonly<Record<string, string>> }>

async function withVenue(
  replies: readonly Reply[],
  work: (
    rest: RestClient,
    requests: readonly IncomingMessage[],
    pass: (ms: number) => Promise<void>,
  ) => Promise<void>,
): Promise<void> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    const { status, body, headers } = replies[requests.length - 1] ?? { status: 200, body: '{}' }
    response.writeHead(status, headers)
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const clock = createVirtualClock(1_000)
  const key = () => Promise.resolve({ apiKey: 'key', secret: 'secret' })
  const rest = createRestClient({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    clock,
  })
  try {
    await work(rest, requests, clock.advance)
  } finally {
    rest.close()
    server.closeAllConnections()
    server.close()
  }
}

const none = new URLSearchParams()

test('an order is signed with exactly the time it was committed with, a query with the venue’s', async () => {
  await withVenue([], async (rest, requests) => {
    await rest.post('/order', new URLSearchParams({ a: '1' }), 77)
    rest.setOffset(500)
    await rest.signed('GET', '/order', none, [])
    assert.match(requests[0]?.url ?? '', /^\/order\?a=1&recvWindow=3000&timestamp=77&signature=[0-9a-f]{64}$/)
    assert.equal(requests[0]?.headers['x-mbx-apikey'], 'key')
    assert.match(requests[1]?.url ?? '', /timestamp=1500&/)
  })
})

test('after 429 only cancels are sent until the time has passed, after 418 nothing', async () => {
  for (const [status, whileWaiting] of [
    [429, 1],
    [418, 0],
  ] as const) {
    const limited = { status, body: '{"code":-1003,"msg":"slow"}', headers: { 'retry-after': '7' } }
    await withVenue([limited], async (rest, requests, pass) => {
      await rest.post('/order', none, 1)
      const held = await rest.post('/order', none, 2)
      assert(held.kind === 'notSent' && held.reason.includes('7000 ms'))
      await assert.rejects(rest.signed('GET', '/order', none, []), { code: 'CDB_VENUE_REFUSED' })
      await rest.signed('DELETE', '/order', none, []).catch(() => undefined)
      assert.equal(requests.length, 1 + whileWaiting)
      await pass(7_000)
      assert.equal((await rest.post('/order', none, 3)).kind, 'answer')
    })
  }
})

test('refusals that are expected are answers, others errors, and 5xx says nothing', async () => {
  const replies = [
    { status: 400, body: '{"code":-2013,"msg":"none"}' },
    { status: 400, body: '{"code":-1121,"msg":"symbol"}' },
    { status: 503, body: '' },
  ]
  await withVenue(replies, async (rest) => {
    assert.deepEqual(await rest.signed('GET', '/order', none, [-2013]), { code: -2013, message: 'none' })
    await assert.rejects(rest.signed('GET', '/order', none, [-2013]), { code: 'CDB_VENUE_REFUSED' })
    await assert.rejects(rest.unsigned('GET', '/time', none, false), { code: 'CDB_VENUE_UNREACHABLE' })
  })
})

test('without a key nothing is sent, and placing does not throw', async () => {
  const key = () => Promise.reject(new Error('no file'))
  const rest = createRestClient({ baseUrl: 'http://127.0.0.1:1', key, clock: createVirtualClock(0) })
  assert.deepEqual(await rest.post('/order', none, 1), { kind: 'notSent', reason: 'the key cannot be read' })
  rest.close()
})
