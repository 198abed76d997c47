import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directoryOf } from '../../../../src/adapters/kubernetes/checks/host-resolution.ts'
import {
  prometheusServersOf,
  scrapeOf,
} from '../../../../src/adapters/kubernetes/checks/prometheus-server.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'
import { prometheusText, sliceJob, webText } from '../monitoring-sample.ts'

function scraped(config: string): readonly string[] {
  const build = sampleBuild(webText + prometheusText(config))
  const [server] = prometheusServersOf(build)
  assert.ok(server)
  const { targets, problems } = scrapeOf(build, directoryOf(sampleInput(''), build), server)
  return [
    ...problems,
    ...targets.map(({ job, workload, port, address }) =>
      workload === null ? `${job} ${address}` : `${job} ${workload.name} ${port ?? ''}`,
    ),
  ]
}

test('a job finds pods through slices', () => {
  assert.deepEqual(scraped(sliceJob), ['web web 8000'])
})

test('fixed targets are looked up as Services, localhost is the server itself', () => {
  const config =
    "scrape_configs: [{ job_name: a, static_configs: [{ targets: ['web:80', 'localhost:9090', 'gone:1'] }] }]"
  assert.deepEqual(scraped(config), ['a web 8000', 'a prometheus 9090', 'a gone:1'])
})

test('names of the name server stand for the pods behind them', () => {
  const config = 'scrape_configs: [{ job_name: a, dns_sd_configs: [{ names: [web], type: A, port: 8000 }] }]'
  assert.deepEqual(scraped(config), ['a web 8000'])
})

test('a rule that Prometheus refuses is a problem of its job', () => {
  const config =
    "scrape_configs: [{ job_name: a, static_configs: [{ targets: ['web:80'] }], relabel_configs: [{ action: x }] }]"
  assert.deepEqual(scraped(config), ['job a: action x does not exist'])
})

test('a server without a mounted or readable configuration says so', () => {
  const bare = deploymentText({ name: 'p' }).replace('shop/p:1.2.3', 'prom/prometheus')
  assert.deepEqual(
    prometheusServersOf(sampleBuild(bare)).map(({ problem }) => problem),
    ['no ConfigMap brings /etc/prometheus/prometheus.yml into the container'],
  )
  const [broken] = prometheusServersOf(sampleBuild(prometheusText('a: [')))
  assert.ok(broken?.problem.startsWith('/etc/prometheus/prometheus.yml cannot be read'))
  assert.deepEqual(prometheusServersOf(sampleBuild(deploymentText())), [])
})
