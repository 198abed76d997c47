import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** What came of one request: an answer, or none; and then whether it can have left at all. */
export type HttpOutcome =
  | Readonly<{ kind: 'answer'; status: number; headers: IncomingHttpHeaders; text: string }>
  | Readonly<{ kind: 'notSent'; reason: string }>
  | Readonly<{ kind: 'noAnswer'; reason: string }>

/** Sends a request once. Nothing in here, and nothing below it, sends anything a second time. */
export type HttpClient = Readonly<{
  send(method: HttpMethod, path: string, headers: Readonly<Record<string, string>>): Promise<HttpOutcome>
  close(): void
}>

const SOCKETS_MAX = 64
const TIMEOUT_MS = 10_000
const ANSWER_BYTES_MAX = 8 * 1024 * 1024

export function createHttpClient(baseUrl: string, timeoutMs = TIMEOUT_MS): HttpClient {
  const base = new URL(baseUrl)
  const isSecure = base.protocol === 'https:'
  const agentOptions = { keepAlive: true, maxSockets: SOCKETS_MAX }
  const agent = isSecure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions)
  const prefix = base.pathname.replace(/\/$/, '')
  return {
    send(method, path, headers) {
      const url = new URL(`${prefix}${path}`, base)
      // A request without content says so, or some proxies wait for it.
      const withLength = method === 'GET' ? headers : { ...headers, 'content-length': '0' }
      const options = { method, agent, headers: withLength }
      return outcomeOf(isSecure ? httpsRequest(url, options) : httpRequest(url, options), timeoutMs)
    },
    close() {
      agent.destroy()
    },
  }
}

/** A connection that failed in any way is destroyed, so that it carries nothing else. */
function outcomeOf(request: ClientRequest, timeoutMs: number): Promise<HttpOutcome> {
  return new Promise((resolve) => {
    let isConnected = false
    const fail = (reason: string): void => {
      clearTimeout(timer)
      resolve({ kind: isConnected ? 'noAnswer' : 'notSent', reason })
      request.destroy()
    }
    const timer = setTimeout(() => {
      fail(`no answer in ${timeoutMs} ms`)
    }, timeoutMs)
    request.on('socket', (socket) => {
      // On a connection that is open already something may leave from here on. Over TLS nothing of the
      // request leaves before the handshake, but TCP is the safer side to err on.
      if (!socket.connecting) isConnected = true
      else {
        socket.once('connect', () => {
          isConnected = true
        })
      }
    })
    request.on('error', (error) => {
      fail(codeOf(error))
    })
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > ANSWER_BYTES_MAX) fail('the answer has no end')
        else chunks.push(chunk)
      })
      response.on('error', (error) => {
        fail(codeOf(error))
      })
      response.on('aborted', () => {
        fail('the answer was cut off')
      })
      response.on('end', () => {
        clearTimeout(timer)
        const status = response.statusCode ?? 0
        const text = Buffer.concat(chunks).toString('utf8')
        if (status >= 500) request.destroy()
        resolve({ kind: 'answer', status, headers: response.headers, text })
      })
    })
    request.end()
  })
}

/** The code alone: messages of the platform may show the url, and with it the signature. */
const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.name
