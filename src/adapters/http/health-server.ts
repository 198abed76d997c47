import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { CdbError } from '../../domain/errors.ts'
import type { LogFields } from '../../engine/telemetry.ts'

/** What the health server shows of a service. */
export interface HealthSource {
  /** Why each part cannot do its work; empty where it can. */
  parts(): Readonly<Record<string, string>>
  fields(): LogFields
  exposition(): Promise<Readonly<{ contentType: string; text: string }>>
}

export type HealthServer = Readonly<{ port: number; url: string; close(): Promise<void> }>

export type HealthOptions = Readonly<{
  host: string
  /** 0 takes a free one. */
  port: number
  source: HealthSource
}>

const REQUEST_MS_MAX = 5_000
const CONNECTIONS_MAX = 100

/**
 * Answers `/health` and `/health/ready` (503 where a part is not ready), `/health/live` (the event loop
 * turns), `/metrics` and `/status`. Throws CDB_PORT_IN_USE, and CDB_CONFIG_INVALID where the address cannot
 * be had.
 */
export async function startHealthServer({ host, port, source }: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answer(request, response, source)
  })
  server.requestTimeout = REQUEST_MS_MAX
  server.headersTimeout = REQUEST_MS_MAX
  server.maxConnections = CONNECTIONS_MAX
  const taken = await listen(server, host, port)
  return {
    port: taken,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

const listen = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(listenError(error, host, port))
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

function listenError(error: Error, host: string, port: number): CdbError {
  if ('code' in error && error.code === 'EADDRINUSE') {
    return new CdbError('CDB_PORT_IN_USE', `port ${port} of ${host} is taken`, {
      mend: 'set CDB_HEALTH_PORT to another port, or to 0 for any',
      cause: error,
    })
  }
  return new CdbError('CDB_CONFIG_INVALID', `the health server cannot listen on ${host} port ${port}`, {
    mend: 'check CDB_HEALTH_HOST and CDB_HEALTH_PORT',
    cause: error,
  })
}

type Answer = Readonly<{ status: number; contentType: string; text: string }>

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  source: HealthSource,
): Promise<void> {
  request.resume()
  const { status, contentType, text } = await answerTo(request, source).catch(() =>
    json(500, { error: 'failed' }),
  )
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  })
  response.end(request.method === 'HEAD' ? '' : text)
}

const json = (status: number, value: unknown): Answer => ({
  status,
  contentType: 'application/json; charset=utf-8',
  text: `${JSON.stringify(value)}\n`,
})

async function answerTo({ method, url = '/' }: IncomingMessage, source: HealthSource): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'only GET and HEAD' })
  const waiting = Object.entries(source.parts()).filter(([, reason]) => reason !== '')
  const isReady = waiting.length === 0
  switch (url.split('?')[0]) {
    case '/health':
      return json(isReady ? 200 : 503, { ready: isReady, ...source.fields(), parts: source.parts() })
    case '/health/live':
      return json(200, { live: true })
    case '/health/ready':
      return json(isReady ? 200 : 503, { ready: isReady, reasons: Object.fromEntries(waiting) })
    case '/status':
      return json(200, { ready: isReady, ...source.fields(), parts: source.parts() })
    case '/metrics': {
      const { contentType, text } = await source.exposition()
      return { status: 200, contentType, text }
    }
    default:
      return json(404, { error: 'not found', paths: PATHS })
  }
}

const PATHS = ['/health', '/health/live', '/health/ready', '/metrics', '/status']
