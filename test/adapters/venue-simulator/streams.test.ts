import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { createFaults } from '../../../src/adapters/venue-simulator/faults.ts'
import { createStreams } from '../../../src/adapters/venue-simulator/streams.ts'
import { startSimulator } from './simulator.ts'

const firstText = (socket: WebSocket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('message', (data: Buffer) => {
      resolve(data.toString('utf8'))
    })
  })

test('a stream is named in the path, combined or single', async () => {
  const venue = await startSimulator({ tradesPerSecond: 200 })
  try {
    const combined = new WebSocket(`${venue.streamUrl}/stream?streams=btcusdt@trade`)
    const single = new WebSocket(`${venue.streamUrl}/ws/btcusdt@bookTicker`)
    const [first, second] = await Promise.all([firstText(combined), firstText(single)])
    const frame = JSON.parse(first) as Readonly<{ stream: string; data: Readonly<{ e: string }> }>
    assert.deepEqual([frame.stream, frame.data.e], ['btcusdt@trade', 'trade'])
    assert('u' in (JSON.parse(second) as object))
    combined.terminate()
    single.terminate()
  } finally {
    await venue.close()
  }
})

test('what is no stream is not opened', async () => {
  const venue = await startSimulator()
  const socket = new WebSocket(`${venue.streamUrl}/other`)
  await assert.rejects(once(socket, 'open'))
  await venue.close()
})

test('each listen key is another, and nobody listening is no error', async () => {
  const streams = createStreams(
    'BTCUSDT',
    createFaults(() => 0),
  )
  assert.notEqual(streams.listenKey(), streams.listenKey())
  streams.onMarket([{ kind: 'trade', eventMs: 1, tradeId: 1, price: 1, quantity: 1, aggressor: 'buy' }])
  streams.closeAll()
  await streams.close()
})
