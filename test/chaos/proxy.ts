import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createRandom } from '../../src/engine/random.ts'
import type { Random } from '../../src/engine/random.ts'
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

type ProxyState = {
  readonly targetPort: number
  readonly random: Random
  readonly applied: Set<Applied>
  readonly links: Set<Link>
  bytes: number
}

/** Listens on a free port of 127.0.0.1 and hands every connection on; chance comes from the seed. */
export async function startProxy(
  options: Readonly<{ targetPort: number; seed?: number }>,
): Promise<FaultProxy> {
  const { targetPort, seed = 1 } = options
  const random = createRandom(seed, 'fault-proxy')
  const state: ProxyState = { targetPort, random, applied: new Set(), links: new Set(), bytes: 0 }
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    pass(state, client)
  })
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (listener.address() as AddressInfo).port,
    add(toxic, direction = 'both') {
      const entry: Applied = { toxic, direction }
      state.applied.add(entry)
      tellPipes(state)
      return () => {
        state.applied.delete(entry)
        tellPipes(state)
      }
    },
    clear() {
      state.applied.clear()
      tellPipes(state)
    },
    cut: () => {
      cutAll(state)
    },
    connections: () => state.links.size,
    bytes: () => state.bytes,
    close: () =>
      new Promise((resolve) => {
        state.applied.clear()
        cutAll(state)
        listener.close(() => {
          resolve()
        })
      }),
  }
}

const toxicsOf = ({ applied }: ProxyState, direction: Direction): readonly Toxic[] =>
  [...applied]
    .filter((each) => each.direction === direction || each.direction === 'both')
    .map(({ toxic }) => toxic)

function tellPipes({ links }: ProxyState): void {
  for (const { pipes } of links) for (const pipe of pipes) pipe.toxicsChanged()
}

function pass(state: ProxyState, client: Socket): void {
  if (toxicsOf(state, 'both').some(({ kind }) => kind === 'refuse')) {
    client.resetAndDestroy()
    return
  }
  const server = connect({ port: state.targetPort, host: '127.0.0.1', allowHalfOpen: true })
  const pipe = (source: Socket, target: Socket, direction: Direction): Pipe =>
    createPipe({
      source,
      target,
      toxics: () => toxicsOf(state, direction),
      random: state.random,
      cut: () => {
        cutLink(state, link)
      },
      onBytes: (count) => {
        state.bytes += count
      },
    })
  const link: Link = {
    client,
    server,
    pipes: [pipe(client, server, 'toServer'), pipe(server, client, 'toClient')],
  }
  state.links.add(link)
  const forget = (): void => {
    if (client.destroyed && server.destroyed) state.links.delete(link)
  }
  for (const socket of [client, server]) socket.setNoDelay(true).on('close', forget)
}

function cutLink({ links }: ProxyState, link: Link): void {
  links.delete(link)
  for (const pipe of link.pipes) pipe.stop()
  breakOff(link.client)
  breakOff(link.server)
}

/**
 * With a reset, but where the socket has said that it ends already: a handle that is reset in the middle of
 * its shutdown is lost to Node.js, and the process could not end.
 */
function breakOff(socket: Socket): void {
  if (socket.destroyed) return
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}

function cutAll(state: ProxyState): void {
  for (const link of [...state.links]) cutLink(state, link)
}
