import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { test } from 'node:test'
import { createHttpClient } from '../../../src/adapters/binance/http-client.ts'
import type { HttpOutcome } from '../../../src/adapters/binance/http-client.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}'

/** A server that does with each request what the list says; counts what reached it. */
async function withServer(
  acts: readonly ((socket: Socket) => void)[],
  work: (send: () => Promise<HttpOutcome>, requests: () => number) => Promise<void>,
): Promise<void> {
  let requests = 0
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', () => {
      acts[requests++]?.(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = createHttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 300)
  try {
    await work(
      () => client.send('POST', '/order', {}),
      () => requests,
    )
  } finally {
    client.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

const reply = (text: string) => (socket: Socket) => void socket.write(text)
const reset = (socket: Socket) => void socket.resetAndDestroy()

test('a connection that was kept and is reset: no answer, and nothing is sent again', async () => {
  await withServer([reply(OK), reset, reply(OK)], async (send, requests) => {
    assert.equal((await send()).kind, 'answer')
    assert.deepEqual(await send(), { kind: 'noAnswer', reason: 'ECONNRESET' })
    assert.equal(requests(), 2)
    assert.equal((await send()).kind, 'answer')
  })
})

test('silence, a hang-up, half an answer and nonsense are no answer', async () => {
  const half = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}'
  const hangUpAfter = (text: string) => (socket: Socket) => void socket.end(text)
  const acts = [() => undefined, hangUpAfter(''), hangUpAfter(half), hangUpAfter('nonsense\r\n\r\n')]
  for (const act of acts) {
    await withServer([act], async (send, requests) => {
      assert.equal((await send()).kind, 'noAnswer')
      assert.equal(requests(), 1)
    })
  }
})

test('an answer without end is cut', async () => {
  const flood = (socket: Socket): void => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    const chunk = Buffer.alloc(0x100000, 0x20)
    for (let sent = 0; sent < 12; sent++)
      socket.write(Buffer.concat([Buffer.from('100000\r\n'), chunk, Buffer.from('\r\n')]))
  }
  await withServer([flood], async (send) => {
    assert.equal((await send()).kind, 'noAnswer')
  })
})

test('a connection that was never made has sent nothing', async () => {
  for (const url of ['http://127.0.0.1:1', 'http://venue.invalid']) {
    const client = createHttpClient(url)
    assert.equal((await client.send('POST', '/order', {})).kind, 'notSent')
    client.close()
  }
})
