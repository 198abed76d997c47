import { WebSocket } from 'ws'
import type { RawData } from 'ws'

/** A connection that says how it ended, once. */
export type LiveSocket = Readonly<{ close(): void }>

export type LiveSocketOptions = Readonly<{
  url: string
  /** No word at all for this long, not even an answer to our pings, ends it. */
  silenceMs: number
  onOpen(): void
  onText(text: string): void
  /** Called once, also after close. */
  onEnd(reason: string): void
}>

const PAYLOAD_BYTES_MAX = 1024 * 1024
const HANDSHAKE_MS = 10_000

export function openLiveSocket({ url, silenceMs, onOpen, onText, onEnd }: LiveSocketOptions): LiveSocket {
  const socket = new WebSocket(url, {
    maxPayload: PAYLOAD_BYTES_MAX,
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_MS,
  })
  let heardMs = performance.now()
  let reason = 'closed'
  let hasEnded = false
  const heard = (): void => {
    heardMs = performance.now()
  }
  const timer = setInterval(() => {
    if (performance.now() - heardMs > silenceMs) {
      reason = `silent for ${silenceMs} ms`
      socket.terminate()
    } else if (socket.readyState === WebSocket.OPEN) socket.ping()
  }, silenceMs / 3)
  socket.on('open', () => {
    heard()
    onOpen()
  })
  socket.on('ping', heard)
  socket.on('pong', heard)
  socket.on('message', (data: RawData, isBinary: boolean) => {
    heard()
    if (!isBinary && !hasEnded) onText(toText(data))
  })
  socket.on('error', (error) => {
    // The code alone: a message may show the url, and with it the listen key.
    reason = 'code' in error && typeof error.code === 'string' ? error.code : 'connection error'
    socket.terminate()
  })
  socket.on('close', (code) => {
    clearInterval(timer)
    if (hasEnded) return
    hasEnded = true
    onEnd(reason === 'closed' ? `closed by the venue (${code})` : reason)
  })
  return {
    close() {
      reason = 'closed by us'
      socket.terminate()
    },
  }
}

const toText = (data: RawData): string => {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8')
}
