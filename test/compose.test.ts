import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { healthPorts } from '../src/cli/service-process.ts'
import { parseServiceSettings } from '../src/cli/service-settings.ts'
import { settingSpecs } from '../src/cli/setting-specs.ts'
import { roles } from '../src/engine/lease.ts'
import { root } from './tidy/repository.ts'

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')
const compose = textOf('compose.yaml')

/** The lines of a service: from its name to the next line that is indented as little. */
function serviceText(name: string): string {
  const found = new RegExp(`^  ${name}:\\n((?:(?: {4}.*)?\\n)*)`, 'm').exec(compose)
  assert(found !== null, `compose.yaml has ${name}`)
  return found[1] ?? ''
}

test('compose runs every service on its own health port, once the database is migrated', () => {
  for (const role of roles) {
    const text = serviceText(role)
    assert.match(text, new RegExp(`command: \\['${role}'\\]`))
    assert.match(text, new RegExp(`CDB_HEALTH_PORT: ${healthPorts[role]}\\b`))
    assert.match(text, new RegExp(`ports: \\['127\\.0\\.0\\.1::${healthPorts[role]}'\\]`))
    assert.match(text, /depends_on: \*needs/)
  }
  assert.match(compose, /^ {2}migrate: \{ condition: service_completed_successfully \}$/m)
})

test('compose sets only what is a setting, and what it presets can be read', () => {
  const preset: Record<string, string> = {}
  for (const [, name = '', value = ''] of compose.matchAll(/^ +((?:CDB|DATABASE|REDIS)_[A-Z_]+): (.+)$/gm)) {
    assert(
      settingSpecs.some((spec) => spec.name === name),
      name,
    )
    preset[name] = value.replace(/^\$\{[A-Z_]+:-(.*)\}$/, '$1')
  }
  const settings = parseServiceSettings(preset, null)
  assert.deepEqual([settings.isLive, settings.venue.url], [false, 'http://venue:8010'])
  const unset = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map((match) => match[1])
  for (const name of unset)
    assert(
      settingSpecs.some((spec) => spec.name === name),
      name,
    )
})

test('images have versions, and only this machine reaches a port', () => {
  for (const [, image = ''] of compose.matchAll(/^ +image: (\S+)$/gm)) assert.match(image, /:(?!latest)\S+$/)
  for (const [, ports = ''] of compose.matchAll(/^ +ports: \['([^']+)'\]$/gm))
    assert.match(ports, /^127\.0\.0\.1:/)
})

test('Redis does not evict, and the venue is the one of the services', () => {
  assert.match(serviceText('redis'), /'--maxmemory-policy', 'noeviction'/)
  assert.match(serviceText('venue'), /--port=8010/)
})

test('Prometheus scrapes every service on its port', () => {
  const text = textOf('deploy/compose/prometheus.yml')
  for (const role of roles) {
    assert.match(
      text,
      new RegExp(`job_name: ${role}\\n.*names: \\[${role}\\], type: A, port: ${healthPorts[role]},`),
    )
  }
})

test('alerts and dashboards are those of the cluster', () => {
  const monitoring = './k8s/base/infrastructure/monitoring'
  assert.match(serviceText('prometheus'), new RegExp(`- ${monitoring}/rules:/etc/prometheus-rules:ro\n`))
  assert.match(textOf('deploy/compose/prometheus.yml'), /^rule_files: \[\/etc\/prometheus-rules\/\*\.yml\]$/m)
  const grafana = serviceText('grafana')
  const mounted = [...grafana.matchAll(/- (\.\/k8s\/\S+?):(\S+):ro\n/g)].map(([, from = '', to = '']) => ({
    from,
    to,
  }))
  assert.deepEqual(
    mounted.map(({ from }) => from),
    ['grafana/datasources.yml', 'grafana/dashboards.yml', 'dashboards'].map(
      (path) => `${monitoring}/${path}`,
    ),
  )
  const folder = mounted.at(-1)?.to ?? ''
  assert.match(textOf(`${monitoring}/grafana/dashboards.yml`), new RegExp(`path: ${folder}$`, 'm'))
  for (const { from } of mounted) assert(existsSync(join(root, from)), from)
})
