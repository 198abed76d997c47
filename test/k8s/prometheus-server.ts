import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { createMetricRegistry } from '../../src/adapters/system/metric-registry.ts'
import type { MetricRegistry } from '../../src/adapters/system/metric-registry.ts'
import { endOf } from '../servers/end-of.ts'
import { freePort } from '../servers/free-port.ts'

/** A Prometheus server of its own that reads metrics of processes that a test makes up. */
export type PrometheusServer = Readonly<{
  /** The answer of its HTTP interface. Throws with what it complains about. */
  get(path: string): Promise<unknown>
  stop(): Promise<void>
}>

/** One process that can be read: its job, and what it counts. */
export type Target = Readonly<{ job: string; registry: MetricRegistry }>

const START_MS_MAX = 30_000

export const targetOf = (service: string): Target => ({
  job: `cdb-${service}`,
  registry: createMetricRegistry(service),
})

export async function startPrometheus(
  rules: readonly string[],
  targets: readonly Target[],
): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-prometheus-'))
  const exporters = await Promise.all(targets.map(serve))
  const port = await freePort()
  const jobs = targets.map(({ job }, index) => ({
    job_name: job,
    static_configs: [{ targets: [`127.0.0.1:${exporters[index]?.port ?? 0}`] }],
  }))
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: rules,
    scrape_configs: [
      ...jobs,
      { job_name: 'prometheus', static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
    ],
  }
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config))
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  )
  await once(child, 'spawn')
  const server: PrometheusServer = {
    get: (path) => getJson(`http://127.0.0.1:${port}${path}`),
    async stop() {
      await endOf(child, 'SIGTERM')
      for (const exporter of exporters) exporter.close()
      rmSync(folder, { recursive: true })
    },
  }
  try {
    await ready(`http://127.0.0.1:${port}/-/ready`)
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

/** What the process of a service serves as `/metrics`. */
async function serve({ registry }: Target): Promise<Readonly<{ port: number; close(): void }>> {
  const server = createServer((_request, response) => {
    void registry.exposition().then(({ contentType, text }) => {
      response.writeHead(200, { 'content-type': contentType }).end(text)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url)
  const text = await response.text()
  if (!response.ok) throw new Error(`${url}: ${text}`)
  return JSON.parse(text) as unknown
}

async function ready(url: string): Promise<void> {
  const endMs = Date.now() + START_MS_MAX
  while (Date.now() < endMs) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    await sleep(50)
  }
  throw new Error('prometheus does not start')
}
