import type { Socket } from 'node:net'
import type { Random } from '../../src/engine/random.ts'

export type Toxic =
  /** Every chunk arrives this much later; jitter is added by chance, and order is kept. */
  | Readonly<{ kind: 'latency'; ms: number; jitterMs?: number }>
  | Readonly<{ kind: 'bandwidth'; bytesPerSecond: number }>
  /** Chunks come in slices of this many bytes, each by itself. */
  | Readonly<{ kind: 'slicer'; bytes: number; delayMs: number }>
  /** A connection is reset once so many bytes of it have passed since the toxic came. */
  | Readonly<{ kind: 'dropAfter'; bytes: number }>
  /** The next byte resets the connection; it is not delivered. */
  | Readonly<{ kind: 'reset' }>
  /** What is sent goes nowhere, and its sender is told nothing; afterwards the connection is reset. */
  | Readonly<{ kind: 'halfOpen' }>
  /** A partition: nothing passes, not even the end of a connection; afterwards everything arrives late. */
  | Readonly<{ kind: 'blackhole' }>
  /** One bit in each so many bytes is turned over. */
  | Readonly<{ kind: 'corrupt'; everyBytes: number }>
  /** New connections are reset; those that are stay. Acts on both directions only. */
  | Readonly<{ kind: 'refuse' }>

/** One direction of a connection. */
export type Pipe = Readonly<{ toxicsChanged(): void; stop(): void }>

export type PipeOptions = Readonly<{
  source: Socket
  target: Socket
  /** Those that act now. */
  toxics: () => readonly Toxic[]
  random: Random
  /** Resets both sides. */
  cut: () => void
  onBytes: (count: number) => void
}>

type Waiting = Readonly<{ bytes: Buffer | null; dueMs: number }>

type PipeState = {
  readonly queue: Waiting[]
  queuedBytes: number
  isStopped: boolean
  isDelivering: boolean
  /** Bytes of this connection went nowhere: it can only be reset. */
  hasLost: boolean
  /** Bytes that still pass before a dropAfter resets; null while there is no such toxic. */
  passLeft: number | null
  wake: () => void
}

const QUEUE_BYTES_MAX = 8 * 1024 * 1024

export function createPipe(options: PipeOptions): Pipe {
  const { source, toxics, cut } = options
  const state: PipeState = {
    queue: [],
    queuedBytes: 0,
    isStopped: false,
    isDelivering: false,
    hasLost: false,
    passLeft: null,
    wake: () => undefined,
  }
  const push = (bytes: Buffer | null): void => {
    state.queue.push({ bytes, dueMs: performance.now() + delayMsOf(options) })
    state.queuedBytes += bytes?.length ?? 0
    if (state.queuedBytes > QUEUE_BYTES_MAX) source.pause()
    if (!state.isDelivering) void deliver(options, state)
  }
  source.on('data', (bytes: Buffer) => {
    push(bytes)
  })
  source.on('end', () => {
    push(null)
  })
  // A side that broke off: the other hears of it, unless nothing passes.
  source.on('error', () => {
    if (!toxics().some(({ kind }) => kind === 'blackhole' || kind === 'halfOpen')) cut()
  })
  return {
    toxicsChanged() {
      if (state.hasLost && !toxics().some(({ kind }) => kind === 'halfOpen')) cut()
      const drop = toxics().find((toxic) => toxic.kind === 'dropAfter')
      state.passLeft = drop === undefined ? null : (state.passLeft ?? drop.bytes)
      state.wake()
    },
    stop() {
      state.isStopped = true
      state.wake()
    },
  }
}

function delayMsOf({ toxics, random }: PipeOptions): number {
  let delayMs = 0
  for (const toxic of toxics()) {
    if (toxic.kind === 'latency') delayMs += toxic.ms + (toxic.jitterMs ?? 0) * random()
  }
  return delayMs
}

async function deliver(options: PipeOptions, state: PipeState): Promise<void> {
  const { source, target, toxics } = options
  state.isDelivering = true
  for (let head = state.queue[0]; head !== undefined && !state.isStopped; head = state.queue[0]) {
    const waitMs = head.dueMs - performance.now()
    if (waitMs > 0) {
      await wakened(state, waitMs)
      continue
    }
    if (toxics().some(({ kind }) => kind === 'blackhole')) {
      await wakened(state, null)
      continue
    }
    state.queue.shift()
    if (head.bytes === null) target.end()
    else await pass(options, state, head.bytes)
    state.queuedBytes -= head.bytes?.length ?? 0
    if (source.isPaused() && state.queuedBytes < QUEUE_BYTES_MAX / 2) source.resume()
  }
  state.isDelivering = false
}

/** Returns when the time has passed or something has changed. */
const wakened = (state: PipeState, ms: number | null): Promise<void> =>
  new Promise((resolve) => {
    const timer = ms === null ? undefined : setTimeout(resolve, ms)
    state.wake = () => {
      clearTimeout(timer)
      state.wake = () => undefined
      resolve()
    }
  })

async function pass(options: PipeOptions, state: PipeState, bytes: Buffer): Promise<void> {
  const { toxics, cut, random } = options
  const now = toxics()
  if (now.some(({ kind }) => kind === 'reset')) {
    cut()
    return
  }
  if (now.some(({ kind }) => kind === 'halfOpen')) {
    state.hasLost = true
    return
  }
  const passLeft = passLeftOf(now, state)
  const isLast = passLeft !== null && bytes.length >= passLeft
  const kept = isLast ? bytes.subarray(0, passLeft) : bytes
  if (passLeft !== null) state.passLeft = passLeft - kept.length
  for (const toxic of now) if (toxic.kind === 'corrupt') corrupt(kept, toxic.everyBytes, random)
  await writeAll(options, state, kept, now)
  if (isLast) cut()
}

/** A connection that came after the toxic counts from its own beginning. */
function passLeftOf(now: readonly Toxic[], state: PipeState): number | null {
  const drop = now.find((toxic) => toxic.kind === 'dropAfter')
  return drop === undefined ? null : (state.passLeft ?? drop.bytes)
}

function corrupt(bytes: Buffer, everyBytes: number, random: Random): void {
  for (let from = 0; from < bytes.length; from += everyBytes) {
    const width = Math.min(everyBytes, bytes.length - from)
    // A short rest is hit as seldom as its length asks.
    if (random() * everyBytes >= width) continue
    const index = from + Math.floor(random() * width)
    bytes[index] = (bytes[index] ?? 0) ^ (1 << Math.floor(random() * 8))
  }
}

async function writeAll(
  { target, onBytes }: PipeOptions,
  state: PipeState,
  bytes: Buffer,
  now: readonly Toxic[],
): Promise<void> {
  const slicer = now.find((toxic) => toxic.kind === 'slicer')
  const bandwidth = now.find((toxic) => toxic.kind === 'bandwidth')
  const width = slicer?.bytes ?? (bandwidth === undefined ? bytes.length : 16 * 1024)
  for (let from = 0; from < bytes.length && !state.isStopped; from += width) {
    const slice = bytes.subarray(from, from + width)
    if (target.destroyed || target.writableEnded) return
    onBytes(slice.length)
    if (!target.write(slice)) await drained(target)
    const pauseMs =
      (slicer?.delayMs ?? 0) +
      (bandwidth === undefined ? 0 : (slice.length / bandwidth.bytesPerSecond) * 1000)
    if (pauseMs > 0) await wakened(state, pauseMs)
  }
}

const drained = (target: Socket): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      target.off('drain', done)
      target.off('close', done)
      resolve()
    }
    target.on('drain', done)
    target.on('close', done)
  })
