import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Redis } from 'ioredis'
import { textAt } from '../../src/adapters/kubernetes/value.ts'
import type { Container } from '../../src/adapters/kubernetes/workload.ts'
import { redisUsers } from '../../src/adapters/redis/acl.ts'
import { endOf } from '../servers/end-of.ts'
import { freePort } from '../servers/free-port.ts'
import { root } from '../tidy/repository.ts'
import { configIn, environments, wordsAt, workloadIn } from './build.ts'

/** Where the pod mounts what lies in a folder here. */
const mounts = ['/etc/redis', '/run/redis', '/run/secrets/redis', '/data'] as const

const here = (folder: string, path: string): string => join(folder, path.replaceAll('/', '_'))

/** Text with the paths of the pod replaced by those of the folder. */
const moved = (folder: string, text: string): string =>
  mounts.reduce((now, path) => now.replaceAll(path, here(folder, path)), text)

function containerOf(environment: string, name: string): Container {
  const { containers } = workloadIn(`overlays/${environment}/infrastructure`, 'redis')
  const found = containers.find((container) => container.name === name)
  assert(found !== undefined, `redis has a container ${name}`)
  return found
}

const argsOf = ({ value }: Container, folder: string): readonly string[] =>
  wordsAt(value, 'args').map((arg) => moved(folder, arg))

/** Runs the init container and the server of an environment in a folder, as the pod would. */
async function startPod(environment: string, folder: string, port: number): Promise<ChildProcess> {
  for (const path of mounts) mkdirSync(here(folder, path))
  for (const user of redisUsers)
    writeFileSync(join(here(folder, '/run/secrets/redis'), user), `${user}'s secret\n`)
  for (const [name, text] of Object.entries(
    configIn(`overlays/${environment}/infrastructure`, 'redis-config'),
  )) {
    const file = join(here(folder, '/etc/redis'), name)
    writeFileSync(file, moved(folder, text).replace(/^port \d+$/m, `port ${port}`))
  }
  execFileSync(process.execPath, [
    join(root, 'src/cli/cdb.ts'),
    ...argsOf(containerOf(environment, 'users'), folder),
  ])
  return launch(argsOf(containerOf(environment, 'redis'), folder))
}

const launch = (args: readonly string[]): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('Ready to accept connections')) resolve(server)
    })
    server.once('exit', () => {
      reject(new Error(`redis-server ended: ${said}`))
    })
  })

/** An address of this machine that is not the loopback's, as another pod would come from. */
const otherAddress = (): string =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'

/** `256Mi` in bytes. */
function bytesOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)(Mi|Gi)$/.exec(text) ?? []
  return Number(count) * (unit === 'Gi' ? 2 ** 30 : 2 ** 20)
}

for (const environment of environments) {
  test(`${environment}: Redis runs on the files of its pod, evicts nothing and lets in only who it knows`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cdb-k8s-redis-'))
    try {
      const port = await freePort()
      const server = await startPod(environment, folder, port)
      try {
        await requireSound(environment, folder, port)
      } finally {
        await endOf(server, 'SIGTERM')
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}

async function requireSound(environment: string, folder: string, port: number): Promise<void> {
  const host = otherAddress()
  const ws = new Redis({ host, port, username: 'ws', password: "ws's secret" })
  try {
    const memory = await ws.info('memory')
    assert.match(memory, /^maxmemory_policy:noeviction\r$/m)
    const { value } = containerOf(environment, 'redis')
    const share =
      Number(/^maxmemory:(\d+)\r$/m.exec(memory)?.[1]) /
      bytesOf(textAt(value, 'resources', 'limits', 'memory') ?? '')
    assert(share > 0.58 && share < 0.61, `maxmemory is ${share} of the limit`)
    assert.match(await ws.info('persistence'), /^aof_enabled:1\r$/m)
    await assert.rejects(ws.flushall(), /NOPERM/)
    assert.match(
      execFileSync('redis-cli', ['-h', host, '-p', String(port), 'ping'], { encoding: 'utf8' }),
      /^NOAUTH /,
    )
    // Readable for the group, and nobody else: the pod's group is that of Redis.
    assert.equal(statSync(join(here(folder, '/run/redis'), 'users.acl')).mode & 0o777, 0o640)
    probe(environment, folder, port)
  } finally {
    ws.disconnect()
  }
}

/** Runs the probes as the kubelet would; one that fails throws. */
function probe(environment: string, folder: string, port: number): void {
  const { value } = containerOf(environment, 'redis')
  for (const kind of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    const [program = '', ...args] = wordsAt(value, kind, 'exec', 'command').map((word) =>
      moved(folder, word).replaceAll('redis-cli', `redis-cli -p ${port}`),
    )
    const isShell = program === 'sh'
    const [file, words] = isShell ? ['sh', args] : ['sh', ['-c', [program, ...args].join(' ')]]
    execFileSync(file, words, { stdio: ['ignore', 'ignore', 'pipe'] })
  }
}
