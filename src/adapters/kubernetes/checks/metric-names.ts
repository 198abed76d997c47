import type { AuditInput, Build } from '../check.ts'
import { at, listAt, textAt } from '../value.ts'
import { directoryOf } from './host-resolution.ts'
import { prometheusServersOf, scrapeOf } from './prometheus-server.ts'
import { textsOf } from './scope.ts'

/** Whether anything that is scraped in a build gives a metric. */
export type MetricTest = (name: string) => boolean

/** What Prometheus makes itself, of every target and every alert. */
const OWN = /^(?:up|scrape_[a-z_]+|ALERTS|ALERTS_FOR_STATE)$/
/** What runtimes give, whoever is scraped. */
const RUNTIME = /^(?:process|nodejs|go|promhttp)_/
/** Metrics of other programs, and the images that give them. */
const PROGRAMS: readonly (readonly [RegExp, RegExp])[] = [
  [/^redis_/, /redis[_-]exporter/],
  [/^pg_/, /postgres[_-]exporter/],
  [/^kube_/, /kube-state-metrics/],
  [/^node_/, /node[_-]exporter/],
  [/^prometheus_/, /prometheus(?:[:@]|$)/],
  [/^alertmanager_/, /alertmanager/],
  [/^grafana_/, /grafana/],
  [/^cnpg_/, /cloudnative-pg|postgresql/],
]
/** What kubelets tell of containers and volumes, found by the role `node`. */
const NODES = /^(?:container|kubelet|machine)_/

/**
 * Tells metrics that exist from those that nobody gives. The names of one's own come from `metricNames` of
 * the settings; where that is missing, only names of programs that are not scraped are unknown.
 */
export function knownMetrics(input: AuditInput, build: Build, recorded: ReadonlySet<string>): MetricTest {
  const own = at(input.settings, 'metricNames')
  const names = new Set(textsOf(listAt(input.settings, 'metricNames')))
  const servers = prometheusServersOf(build)
  const directory = directoryOf(input, build)
  const images = servers
    .flatMap((server) => scrapeOf(build, directory, server).targets)
    .flatMap(({ workload }) => workload?.containers ?? [])
    .map(({ value }) => textAt(value, 'image') ?? '')
  const scrapesNodes = servers.some(({ config }) =>
    listAt(config, 'scrape_configs')
      .flatMap((job) => listAt(job, 'kubernetes_sd_configs'))
      .some((each) => textAt(each, 'role') === 'node'),
  )
  return (name) => {
    if (OWN.test(name) || RUNTIME.test(name) || names.has(name) || recorded.has(name)) return true
    if (servers.length > 0 && NODES.test(name)) return scrapesNodes
    const program = PROGRAMS.find(([prefix]) => prefix.test(name))
    if (program !== undefined) return servers.length === 0 || images.some((image) => program[1].test(image))
    return own === undefined
  }
}
