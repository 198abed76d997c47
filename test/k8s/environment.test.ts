import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { roleNames } from '../../src/adapters/postgres/roles.ts'
import { redisUsers } from '../../src/adapters/redis/acl.ts'
import { listAt, textAt } from '../../src/adapters/kubernetes/value.ts'
import type { Value } from '../../src/adapters/kubernetes/value.ts'
import type { Container, Workload } from '../../src/adapters/kubernetes/workload.ts'
import { healthPorts } from '../../src/cli/service-process.ts'
import { parseServiceSettings } from '../../src/cli/service-settings.ts'
import type { ServiceSettings } from '../../src/cli/service-settings.ts'
import { commands } from '../../src/cli/cdb.ts'
import { formatDecimal } from '../../src/domain/decimal.ts'
import { roles } from '../../src/engine/lease.ts'
import { root } from '../tidy/repository.ts'
import { build, configIn, environments, withComponent, wordsAt, workloadIn } from './build.ts'

function containerOf(workload: Workload, name: string): Container {
  const found = workload.containers.find((container) => container.name === name)
  assert(found !== undefined, `${workload.name} has a container ${name}`)
  return found
}

/** The variables that a container of a service starts with. */
function environmentOf(folder: string, { value }: Container): Readonly<Record<string, string>> {
  const own = listAt(value, 'env').map((each) => [textAt(each, 'name') ?? '', textAt(each, 'value') ?? ''])
  return { ...configIn(folder, 'cdb-config'), ...(Object.fromEntries(own) as Record<string, string>) }
}

/** Paths of files that secrets put into a container. */
function secretFiles({ podSpec }: Workload, { value }: Container): readonly string[] {
  return listAt(value, 'volumeMounts').flatMap((mount) => {
    const volume = listAt(podSpec, 'volumes').find((each) => textAt(each, 'name') === textAt(mount, 'name'))
    return listAt(volume, 'secret', 'items').map(
      (item) => `${textAt(mount, 'mountPath') ?? ''}/${textAt(item, 'path') ?? ''}`,
    )
  })
}

function settingsOf(folder: string, role: (typeof roles)[number]): ServiceSettings {
  return parseServiceSettings(
    environmentOf(folder, containerOf(workloadIn(folder, `cdb-${role}`), 'service')),
    null,
  )
}

for (const environment of environments) {
  const folder = `overlays/${environment}/services`

  for (const role of roles) {
    test(`${environment}: every variable of ${role} is a setting that it takes`, () => {
      const workload = workloadIn(folder, `cdb-${role}`)
      const container = containerOf(workload, 'service')
      assert.deepEqual(wordsAt(container.value, 'args'), [role])
      const settings = settingsOf(folder, role)
      assert.deepEqual(settings.health, { host: '0.0.0.0', port: healthPorts[role] })
      assert.deepEqual(
        listAt(container.value, 'ports').map((port) => port),
        [{ containerPort: healthPorts[role], name: 'http' }],
      )
      const database = new URL(settings.database.url)
      assert.equal(database.host, 'postgresql:5432')
      assert.equal(database.username, `cdb_${role.replaceAll('-', '_')}`)
      assert(roleNames.some((name) => name === database.username))
      const redis = new URL(settings.redis.url)
      assert.deepEqual([redis.host, redis.username], ['redis:6379', role])
      assert(redisUsers.some((user) => user === redis.username))
      const files = secretFiles(workload, container)
      assert.deepEqual(files, [settings.database.passwordFile, settings.redis.passwordFile])
    })
  }

  test(`${environment}: log level and venue are those of the environment`, () => {
    const execution = settingsOf(folder, 'execution')
    assert.equal(execution.log.level, environment === 'dev' ? 'debug' : 'info')
    assert.equal(execution.log.format, 'json')
    assert.equal(execution.isLive, false)
    assert.equal(execution.venue.url, settingsOf(folder, 'ws').venue.url)
    assert.equal(execution.venue.url, 'http://cdb-venue:8010')
  })

  test(`${environment}: the simulated venue has the instrument and the cash of the services`, () => {
    const { instrument, cash } = settingsOf(folder, 'execution')
    const { value } = containerOf(workloadIn(`overlays/${environment}/infrastructure`, 'cdb-venue'), 'venue')
    const args = wordsAt(value, 'args')
    assert(args.includes(`--instrument=${instrument.id}`), args.join(' '))
    assert(args.includes(`--cash=${formatDecimal(cash)}`), args.join(' '))
  })

  test(`${environment}: containers of own images run commands of cdb with options that these have`, async () => {
    const found = build(`overlays/${environment}`).flatMap((manifest) => ownContainers(manifest.value))
    assert.equal(found.length, 8)
    for (const args of found) {
      const command = await commands[args[0] ?? '']?.load()
      assert(command !== undefined, args.join(' '))
      for (const arg of args.filter((each) => each.startsWith('--'))) {
        assert(Object.hasOwn(command.options, arg.slice(2).split('=')[0] ?? ''), `${args.join(' ')}: ${arg}`)
      }
    }
  })
}

/** Arguments of each container whose image is built here. */
function ownContainers(value: Value): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return []
  const image = textAt(value, 'image')
  if (image !== undefined) {
    return /^ghcr\.io\/jannekbuengener\/cdb-/.test(image) ? [wordsAt(value, 'args')] : []
  }
  return Object.values(value).flatMap((each) => (each === undefined ? [] : ownContainers(each)))
}

test('with the live venue every variable is a setting, and orders are not real yet', () => {
  const folder = withComponent('services', 'live-venue')
  for (const role of ['ws', 'execution'] as const) {
    const settings = settingsOf(folder, role)
    assert.equal(settings.venue.url, 'https://testnet.binance.vision')
    assert.equal(settings.isLive, false)
  }
  const execution = workloadIn(folder, 'cdb-execution')
  const files = secretFiles(execution, containerOf(execution, 'service'))
  assert(files.includes(settingsOf(folder, 'execution').venue.keyFile ?? ''), files.join(' '))
})

test('with what the guide of the live venue adds, orders are real for every service', () => {
  const guide = readFileSync(join(root, 'k8s', 'components', 'live-venue', 'README.md'), 'utf8')
  const [, block = ''] = /## Real orders[^]*?```yaml\n([^]*?)```/.exec(guide) ?? []
  const folder = withComponent('services', 'live-venue', parse(block) as Readonly<Record<string, unknown>>)
  for (const role of roles) {
    const settings = settingsOf(folder, role)
    assert.deepEqual([settings.isLive, settings.account], [true, 'main'], role)
    if (role === 'ws' || role === 'execution') assert.equal(settings.venue.url, 'https://api.binance.com')
  }
})
