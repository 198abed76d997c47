import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createRandom } from '../../src/engine/random.ts'
import { createPipe } from './pipe.ts'
import type { Pipe, Toxic } from './pipe.ts'

export type Direction = 'toServer' | 'toClient' | 'both'

/** Stands between a client and a server of TCP and does to their bytes what a bad network does. */
export type FaultProxy = Readonly<{
  port: number
  /** Acts on connections that are and that come, until the returned function is called. */
  add(toxic: Toxic, direction?: Direction): () => void
  /** Takes every toxic away. */
  clear(): void
  /** Ends every connection now, with a reset on both sides. */
  cut(): void
  /** Now open. */
  connections(): number
  /** Bytes that were passed on since the start, both ways. */
  bytes(): number
  close(): Promise<void>
}>

type Applied = Readonly<{ toxic: Toxic; direction: Direction }>
type Link = Readonly<{ client: Socket; server: Socket; pipes: readonly Pipe[] }>

/** Listens on a free port of 127.0.0.1 and hands every connection on; chance comes from the seed. */
export async function startProxy(
  options: Readonly<{ targetPort: number; seed?: number }>,
): Promise<FaultProxy> {
  const applied = new Set<Applied>()
  const links = new Set<Link>()
  const random = createRandom(options.seed ?? 1, 'fault-proxy')
  let bytes = 0
  const toxicsOf = (direction: Direction): readonly Toxic[] =>
    [...applied]
      .filter((each) => each.direction === direction || each.direction === 'both')
      .map(({ toxic }) => toxic)
  const changed = (): void => {
    for (const { pipes } of links) for (const pipe of pipes) pipe.toxicsChanged()
  }
  const pass = (client: Socket): void => {
    if (toxicsOf('both').some(({ kind }) => kind === 'refuse')) {
      client.resetAndDestroy()
      return
    }
    const server = connect({ port: options.targetPort, host: '127.0.0.1', allowHalfOpen: true })
    const cutLink = (): void => {
      links.delete(link)
      for (const pipe of link.pipes) pipe.stop()
      for (const socket of [client, server]) if (!socket.destroyed) socket.resetAndDestroy()
    }
    const onBytes = (count: number): void => {
      bytes += count
    }
    const pipe = (source: Socket, target: Socket, direction: Direction): Pipe =>
      createPipe({ source, target, toxics: () => toxicsOf(direction), random, cut: cutLink, onBytes })
    const link: Link = {
      client,
      server,
      pipes: [pipe(client, server, 'toServer'), pipe(server, client, 'toClient')],
    }
    links.add(link)
    const forget = (): void => {
      if (client.destroyed && server.destroyed) links.delete(link)
    }
    for (const socket of [client, server]) socket.setNoDelay(true).on('close', forget)
  }
  const listener = createServer({ allowHalfOpen: true }, pass)
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(0, '127.0.0.1', resolve)
  })
  const cut = (): void => {
    for (const { client, server, pipes } of links) {
      for (const pipe of pipes) pipe.stop()
      for (const socket of [client, server]) if (!socket.destroyed) socket.resetAndDestroy()
    }
    links.clear()
  }
  return {
    port: (listener.address() as AddressInfo).port,
    add(toxic, direction = 'both') {
      const entry: Applied = { toxic, direction }
      applied.add(entry)
      changed()
      return () => {
        applied.delete(entry)
        changed()
      }
    },
    clear() {
      applied.clear()
      changed()
    },
    cut,
    connections: () => links.size,
    bytes: () => bytes,
    close: () =>
      new Promise((resolve) => {
        applied.clear()
        cut()
        listener.close(() => {
          resolve()
        })
      }),
  }
}
