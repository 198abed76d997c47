import assert from 'node:assert/strict'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { after, test } from 'node:test'
import { startProxy } from './proxy.ts'
import type { FaultProxy } from './proxy.ts'

/** Sends back what it gets, and keeps it. */
const heard: Buffer[] = []
const echo: Server = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (bytes: Buffer) => {
    heard.push(bytes)
    socket.write(bytes)
  })
})
await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
const targetPort = (echo.address() as AddressInfo).port
const proxies: FaultProxy[] = []

const open = async (): Promise<FaultProxy> => {
  const proxy = await startProxy({ targetPort, seed: 7 })
  proxies.push(proxy)
  return proxy
}

after(async () => {
  for (const proxy of proxies) await proxy.close()
  echo.close()
})

type Peer = Readonly<{
  socket: Socket
  /** Returns once so many bytes have come back. */
  got(count: number): Promise<Buffer>
  received(): Buffer
  /** The code of the error that ended it; empty when it ended without. */
  ended: Promise<string>
}>

function dial(proxy: FaultProxy): Peer {
  const socket = connect(proxy.port, '127.0.0.1')
  let received = Buffer.alloc(0)
  let check: () => void = () => undefined
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes])
    check()
  })
  const ended = new Promise<string>((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message)
    })
    socket.on('close', () => {
      resolve('')
    })
  })
  return {
    socket,
    received: () => received,
    ended,
    got: (count) =>
      new Promise((resolve) => {
        check = () => {
          if (received.length >= count) resolve(received)
        }
        check()
      }),
  }
}

/** A round trip over another connection: whatever was in hand before has been dealt with since. */
async function roundTrip(): Promise<void> {
  const proxy = await open()
  const peer = dial(proxy)
  peer.socket.write('round')
  await peer.got(5)
  peer.socket.destroy()
}

test('without toxics all bytes pass both ways, and the end of a connection too', async () => {
  const proxy = await open()
  const peer = dial(proxy)
  const sent = Buffer.alloc(3_000_000, 'abcdefg')
  peer.socket.write(sent)
  assert.deepEqual(await peer.got(sent.length), sent)
  assert.equal(proxy.bytes(), 2 * sent.length)
  peer.socket.end()
  assert.equal(await peer.ended, '')
})

test('latency delays and keeps the order', async () => {
  const proxy = await open()
  proxy.add({ kind: 'latency', ms: 40, jitterMs: 30 }, 'toServer')
  const peer = dial(proxy)
  const startMs = performance.now()
  for (const text of ['one ', 'two ', 'three']) peer.socket.write(text)
  assert.equal((await peer.got(13)).toString(), 'one two three')
  assert.ok(performance.now() - startMs >= 40)
})

test('bandwidth and slices let everything through, slowly', async () => {
  const proxy = await open()
  const lift = proxy.add({ kind: 'bandwidth', bytesPerSecond: 100_000 }, 'toClient')
  proxy.add({ kind: 'slicer', bytes: 1_000, delayMs: 1 }, 'toServer')
  const peer = dial(proxy)
  const sent = Buffer.alloc(20_000, 'xyz')
  const startMs = performance.now()
  peer.socket.write(sent)
  assert.deepEqual(await peer.got(sent.length), sent)
  assert.ok(performance.now() - startMs >= 100)
  lift()
})

test('a connection is reset after so many bytes, and what came before has passed', async () => {
  const proxy = await open()
  proxy.add({ kind: 'dropAfter', bytes: 10 }, 'toServer')
  heard.length = 0
  const peer = dial(proxy)
  peer.socket.write('0123456789abcdef')
  assert.match(await peer.ended, /ECONNRESET|^$/)
  await roundTrip()
  assert.equal(Buffer.concat(heard).toString().replace('round', ''), '0123456789')
})

test('a reset ends the connection at the next byte, which goes nowhere', async () => {
  const proxy = await open()
  const peer = dial(proxy)
  peer.socket.write('before')
  await peer.got(6)
  heard.length = 0
  proxy.add({ kind: 'reset' }, 'toServer')
  peer.socket.write('after')
  assert.equal(await peer.ended, 'ECONNRESET')
  assert.equal(Buffer.concat(heard).includes('after'), false)
})

test('a half-open connection swallows silently and is reset when the network is back', async () => {
  const proxy = await open()
  const peer = dial(proxy)
  const lift = proxy.add({ kind: 'halfOpen' }, 'toServer')
  heard.length = 0
  peer.socket.write('nowhere')
  await roundTrip()
  assert.equal(peer.socket.destroyed, false)
  assert.equal(Buffer.concat(heard).includes('nowhere'), false)
  lift()
  assert.equal(await peer.ended, 'ECONNRESET')
})

test('a black hole holds everything, also new connections, and lets it through when it is lifted', async () => {
  const proxy = await open()
  const peer = dial(proxy)
  peer.socket.write('a')
  await peer.got(1)
  const lift = proxy.add({ kind: 'blackhole' })
  const late = dial(proxy)
  peer.socket.write('b')
  late.socket.write('c')
  await roundTrip()
  assert.equal(peer.received().toString(), 'a')
  assert.equal(late.received().length, 0)
  lift()
  assert.equal((await peer.got(2)).toString(), 'ab')
  assert.equal((await late.got(1)).toString(), 'c')
})

test('corruption turns bits over, by the seed', async () => {
  const changedIn = async (): Promise<readonly number[]> => {
    const proxy = await open()
    proxy.add({ kind: 'corrupt', everyBytes: 100 }, 'toServer')
    const peer = dial(proxy)
    peer.socket.write(Buffer.alloc(1_000))
    const bytes = await peer.got(1_000)
    return [...bytes.keys()].filter((index) => bytes[index] !== 0)
  }
  const changed = await changedIn()
  assert.equal(changed.length, 10)
  assert.deepEqual(await changedIn(), changed)
})

test('refused connections are reset, those that are stay; a cut ends them all', async () => {
  const proxy = await open()
  const peer = dial(proxy)
  peer.socket.write('a')
  await peer.got(1)
  proxy.add({ kind: 'refuse' })
  assert.equal(await dial(proxy).ended, 'ECONNRESET')
  peer.socket.write('b')
  assert.equal((await peer.got(2)).toString(), 'ab')
  assert.equal(proxy.connections(), 1)
  proxy.cut()
  assert.equal(await peer.ended, 'ECONNRESET')
  assert.equal(proxy.connections(), 0)
})

test('where nobody listens, the client is reset', async () => {
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  const proxy = await startProxy({ targetPort: port })
  proxies.push(proxy)
  assert.equal(await dial(proxy).ended, 'ECONNRESET')
})
