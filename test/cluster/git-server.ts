import { execFileSync, spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { join } from 'node:path'

/** Serves the bare repositories of a folder over HTTP, read-only, as `git http-backend` does it. */
export type GitServer = Readonly<{ url: string; stop(): Promise<void> }>

const HEADER_BYTES_MAX = 65_536

/** Starts it on a free port of 127.0.0.1; a repository `x.git` of the folder is `<url>/x.git`. */
export async function startGitServer(folder: string): Promise<GitServer> {
  const backend = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend')
  const server = createServer((request, response) => {
    answer(request, response, { backend, folder })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

type Backend = Readonly<{ backend: string; folder: string }>

/** One request as CGI has it: the request in the environment and on stdin, headers and body on stdout. */
function answer(request: IncomingMessage, response: ServerResponse, { backend, folder }: Backend): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const child = spawn(backend, [], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.once('error', () => response.writeHead(500).end())
  child.stdin.on('error', () => undefined)
  request.pipe(child.stdin)
  let head = Buffer.alloc(0)
  let isHeadSent = false
  child.stdout.on('data', (chunk: Buffer) => {
    if (isHeadSent) {
      response.write(chunk)
      return
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0 && head.length < HEADER_BYTES_MAX) return
    isHeadSent = true
    sendHead(response, head.subarray(0, Math.max(end, 0)).toString('latin1'))
    response.write(head.subarray(end + 4))
  })
  child.stdout.once('end', () => response.end())
  response.once('close', () => child.kill())
}

/** Turns the headers of CGI, with their `Status:` line, into those of HTTP. */
function sendHead(response: ServerResponse, head: string): void {
  const pairs = head.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  const status = pairs.find(([name]) => name.toLowerCase() === 'status')?.[1]
  for (const [name, value] of pairs) if (name.toLowerCase() !== 'status') response.setHeader(name, value)
  response.writeHead(status === undefined ? 200 : Number.parseInt(status, 10))
}
