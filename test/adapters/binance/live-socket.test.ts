import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { openLiveSocket } from '../../../src/adapters/binance/live-socket.ts'

/** What a server does with a connection, and how it ended for us. */
async function endOf(
  act: (socket: WebSocket) => void,
  silenceMs = 5_000,
  texts: string[] = [],
): Promise<string> {
  const server = createServer()
  const sockets = new WebSocketServer({ server, autoPong: false })
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined)
    act(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await new Promise<string>((resolve) => {
      openLiveSocket({
        url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
        silenceMs,
        onOpen: () => undefined,
        onText: (text) => texts.push(text),
        onEnd: resolve,
      })
    })
  } finally {
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
    server.close()
  }
}

test('texts are given, binary frames are not, and a close says its code', async () => {
  const texts: string[] = []
  const reason = await endOf(
    (socket) => {
      socket.send('one')
      socket.send(Buffer.from('two'))
      socket.close(1001)
    },
    5_000,
    texts,
  )
  assert.deepEqual([texts, reason], [['one'], 'closed by the venue (1001)'])
})

test('a connection that says nothing, not even pong, ends', async () => {
  assert.equal(await endOf(() => undefined, 90), 'silent for 90 ms')
})

test('a frame that is too large ends it before it is read', async () => {
  const texts: string[] = []
  const reason = await endOf((socket) => socket.send('x'.repeat(2 * 1024 * 1024)), 5_000, texts)
  assert.deepEqual([texts, reason], [[], 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'])
})

test('what cannot be reached ends at once, and a socket that we close says so', async () => {
  const reasons = await Promise.all(
    [false, true].map(
      (isClosed) =>
        new Promise<string>((resolve) => {
          const url = 'ws://127.0.0.1:1'
          const socket = openLiveSocket({
            url,
            silenceMs: 5_000,
            onOpen: () => undefined,
            onText: () => undefined,
            onEnd: resolve,
          })
          if (isClosed) socket.close()
        }),
    ),
  )
  assert.equal(reasons[0], 'ECONNREFUSED')
  assert.equal(reasons.length, 2)
})
