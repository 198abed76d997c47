import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endOf } from './end-of.ts'
import { freePort } from './free-port.ts'

/** A Redis server of its own: empty, on a free port of 127.0.0.1, with its files in a folder of its own. */
export type RedisServer = Readonly<{
  /** With TLS when that was asked for, without user and password. */
  url: string
  port: number
  /** Of the running server. */
  pid: number
  folder: string
  /** The certificate authority of a server with TLS. */
  caFile: string
  /** Ends it as an operator would. */
  stop(): Promise<void>
  /** Kills it with SIGKILL. */
  kill(): Promise<void>
  /** Starts again on the same files and port. */
  start(): Promise<void>
  /** Ends it and removes its folder. */
  remove(): Promise<void>
}>

export type RedisServerOptions = Readonly<{
  /** More lines of redis.conf; the last of a name holds. */
  config?: readonly string[]
  /** Content of the file of users. */
  acl?: string
  tls?: boolean
}>

const START_MS_MAX = 30_000

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-redis-'))
  const port = await freePort()
  const configPath = join(folder, 'redis.conf')
  if (options.acl !== undefined) writeFileSync(join(folder, 'users.acl'), options.acl)
  if (options.tls === true) writeCertificates(folder)
  writeFileSync(configPath, configOf(folder, port, options).join('\n') + '\n')
  let running = await launch(configPath, folder)
  const scheme = options.tls === true ? 'rediss' : 'redis'
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    folder,
    caFile: join(folder, 'ca.crt'),
    get pid() {
      return running.pid ?? 0
    },
    stop: () => endOf(running, 'SIGTERM'),
    kill: () => endOf(running, 'SIGKILL'),
    async start() {
      running = await launch(configPath, folder)
    },
    async remove() {
      await endOf(running, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const configOf = (
  folder: string,
  port: number,
  { config, acl, tls }: RedisServerOptions,
): readonly string[] => [
  'bind 127.0.0.1',
  ...(tls === true
    ? [
        'port 0',
        `tls-port ${port}`,
        `tls-cert-file ${join(folder, 'redis.crt')}`,
        `tls-key-file ${join(folder, 'redis.key')}`,
        `tls-ca-cert-file ${join(folder, 'ca.crt')}`,
        'tls-auth-clients no',
      ]
    : [`port ${port}`]),
  `dir ${folder}`,
  'daemonize no',
  'save ""',
  'appendonly yes',
  'appendfsync everysec',
  'maxmemory-policy noeviction',
  ...(acl === undefined ? [] : [`aclfile ${join(folder, 'users.acl')}`]),
  ...(config ?? []),
]

/** An authority of its own and a certificate for 127.0.0.1, good for a day. */
function writeCertificates(folder: string): void {
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', [...args], { cwd: folder, stdio: 'ignore' })
  }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl(
    ...['req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '1', '-subj', '/CN=cdb test'],
  )
  openssl('req', ...key, '-keyout', 'redis.key', '-out', 'redis.csr', '-subj', '/CN=redis')
  writeFileSync(join(folder, 'names.cnf'), 'subjectAltName=IP:127.0.0.1\n')
  openssl(
    ...['x509', '-req', '-in', 'redis.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-days', '1', '-extfile', 'names.cnf', '-out', 'redis.crt'],
  )
}

/** Starts the server and returns once it takes connections. */
const launch = (configPath: string, cwd: string): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const child = spawn('redis-server', [configPath], { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
    const endWithUs = (): void => {
      child.kill('SIGKILL')
    }
    process.once('exit', endWithUs)
    let said = ''
    const late = setTimeout(() => {
      child.kill('SIGKILL')
    }, START_MS_MAX)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000)
      if (!said.includes('Ready to accept connections')) return
      clearTimeout(late)
      resolve(child)
    })
    child.once('error', reject)
    child.once('exit', () => {
      clearTimeout(late)
      process.off('exit', endWithUs)
      reject(new Error(`redis-server does not start: ${said}`))
    })
  })
