import type { Build } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, numberAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Container, Workload } from '../workload.ts'
import { readEmbedded } from './embedded-document.ts'
import { commandOf } from './host-references.ts'
import type { Directory } from './host-resolution.ts'
import { resolveHost } from './host-resolution.ts'
import { mountedFilesOf } from './mounted-files.ts'
import type { MountedFile } from './mounted-files.ts'
import { addressOf, discover } from './prometheus-discovery.ts'
import type { Discovered } from './prometheus-discovery.ts'
import { relabel } from './prometheus-relabel.ts'
import type { Labels } from './prometheus-relabel.ts'
import { textsOf } from './scope.ts'
import { podPortOf } from './service-directory.ts'

/** A Prometheus of the build, with the configuration that it starts with. */
export type PrometheusServer = Readonly<{
  workload: Workload
  files: readonly MountedFile[]
  /** Null where `problem` says why. */
  config: Value
  problem: string
}>

/** One address that is scraped. */
export type ScrapeTarget = Readonly<{
  job: string
  address: string
  path: string
  /** Whose pod it is; null for an address that nobody of the build has. */
  workload: Workload | null
  port: number | null
  labels: Labels
}>

export type Scrape = Readonly<{ targets: readonly ScrapeTarget[]; problems: readonly string[] }>

const DEFAULT_CONFIG = '/etc/prometheus/prometheus.yml'

/** Every Prometheus that a build runs. */
export const prometheusServersOf = ({ manifests }: Build): readonly PrometheusServer[] =>
  workloadsOf(manifests).flatMap((workload) =>
    workload.containers
      .filter((container) => !container.isInit && isPrometheus(container))
      .map((container) => serverOf(manifests, workload, container)),
  )

/** By the last part of its image: `quay.io/prometheus/prometheus:v3.5.0`. */
const isPrometheus = ({ value }: Container): boolean =>
  /^(?:cdb-)?prometheus$/.test((textAt(value, 'image') ?? '').split('/').at(-1)?.split(/[:@]/)[0] ?? '')

function serverOf(
  manifests: readonly Manifest[],
  workload: Workload,
  container: Container,
): PrometheusServer {
  const files = mountedFilesOf(manifests, workload, container)
  const path = configPathOf(commandOf(container.value))
  const file = files.find((each) => each.path === path)
  if (file === undefined) {
    return { workload, files, config: null, problem: `no ConfigMap brings ${path} into the container` }
  }
  const document = readEmbedded(file.text)
  if (document.kind === 'broken') {
    return { workload, files, config: null, problem: `${path} cannot be read: ${document.reason}` }
  }
  return { workload, files, config: document.value, problem: '' }
}

function configPathOf(command: readonly string[]): string {
  const index = command.findIndex((word) => /^--?config\.file(?:=|$)/.test(word))
  const word = command[index]
  if (word === undefined) return DEFAULT_CONFIG
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : (command[index + 1] ?? '')
}

/** Every target of every job, after its rules, and what keeps jobs from working. */
export function scrapeOf(build: Build, directory: Directory, server: PrometheusServer): Scrape {
  const targets: ScrapeTarget[] = []
  const problems = new Set<string>()
  for (const job of listAt(server.config, 'scrape_configs')) {
    const name = textAt(job, 'job_name') ?? ''
    for (const found of foundBy(build, directory, server, job)) {
      const before: Labels = {
        job: name,
        __scheme__: textAt(job, 'scheme') ?? 'http',
        __metrics_path__: textAt(job, 'metrics_path') ?? '/metrics',
        ...found.labels,
      }
      const after = relabel(listAt(job, 'relabel_configs'), before)
      if (after.kind === 'broken') problems.add(`job ${name}: ${after.reason}`)
      if (after.kind !== 'kept' || after.labels['__address__'] === undefined) continue
      targets.push(targetOf(build, directory, server, name, after.labels))
    }
  }
  return { targets, problems: [...problems] }
}

function foundBy(
  { manifests }: Build,
  directory: Directory,
  { workload }: PrometheusServer,
  job: Value,
): readonly Discovered[] {
  const fixed = listAt(job, 'static_configs').flatMap((group) => textsOf(listAt(group, 'targets')))
  const names = listAt(job, 'dns_sd_configs').flatMap((group) =>
    textsOf(listAt(group, 'names')).map((name) => ({ name, port: numberAt(group, 'port') ?? 0 })),
  )
  return [
    ...listAt(job, 'kubernetes_sd_configs').flatMap((config) =>
      discover(manifests, config, workload.namespace),
    ),
    ...fixed.map((address) => ({ workload: null, labels: { __address__: address } })),
    ...names.flatMap(({ name, port }) => {
      const resolved = resolveHost(directory, name, workload.namespace)
      const pods = resolved.kind === 'service' ? resolved.service.workloads : []
      return pods.map((pod) => ({
        workload: pod,
        labels: { __address__: `${addressOf(manifests, pod)}:${port}` },
      }))
    }),
  ]
}

function targetOf(
  { manifests }: Build,
  directory: Directory,
  server: PrometheusServer,
  job: string,
  labels: Labels,
): ScrapeTarget {
  const address = labels['__address__'] ?? ''
  const path = labels['__metrics_path__'] ?? '/metrics'
  const target = { job: labels['job'] ?? job, address, path, labels, workload: null, port: null }
  const match = /^([^:]+):(\d{1,5})$/.exec(address)
  if (match === null) return target
  const host = match[1] ?? ''
  const port = Number(match[2])
  if (host === 'localhost' || host === '127.0.0.1') return { ...target, workload: server.workload, port }
  const pod = workloadsOf(manifests).find((each) => addressOf(manifests, each) === host)
  if (pod !== undefined) return { ...target, workload: pod, port }
  const resolved = resolveHost(directory, host, server.workload.namespace)
  if (resolved.kind !== 'service') return target
  const [workload] = resolved.service.workloads
  const open = resolved.service.ports.find((each) => each.port === port)
  if (workload === undefined || open === undefined) return target
  return { ...target, workload, port: podPortOf(workload, open.targetPort) ?? null }
}
