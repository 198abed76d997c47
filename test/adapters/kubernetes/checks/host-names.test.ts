import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostNamesIn, hostNamesInCommand } from '../../../../src/adapters/kubernetes/checks/host-names.ts'
import type { HostName } from '../../../../src/adapters/kubernetes/checks/host-names.ts'

const shown = (hosts: readonly HostName[]): readonly string[] =>
  hosts.map(({ host, port }) => `${host}:${port ?? ''}`)
const hostsIn = (name: string, value: string): readonly string[] => shown(hostNamesIn(name, value))
const hostsOf = (...command: readonly string[]): readonly string[] => shown(hostNamesInCommand(command))

test('addresses name hosts, with the port of the scheme where none is written', () => {
  assert.deepEqual(hostsIn('URL', 'postgres://a:b@postgresql:5433/cdb?x=1'), ['postgresql:5433'])
  assert.deepEqual(hostsIn('URL', 'redis://risk@redis'), ['redis:6379'])
  assert.deepEqual(hostsIn('A', 'see http://grafana and https://b.example.com/x'), [
    'grafana:80',
    'b.example.com:443',
  ])
  assert.deepEqual(hostsIn('URL', 'http://${HOST}:80'), [])
})

test('variables that end like a host name hosts, others do not', () => {
  assert.deepEqual(hostsIn('REDIS_HOST', 'redis'), ['redis:'])
  assert.deepEqual(hostsIn('PGHOST', 'postgresql'), ['postgresql:'])
  assert.deepEqual(hostsIn('KAFKA_BROKERS', 'a:9092, b:9092'), ['a:9092', 'b:9092'])
  assert.deepEqual(hostsIn('STRATEGY', 'momentum'), [])
  assert.deepEqual(hostsIn('REDIS_HOST', '$(NAME)'), [])
})

test('files are searched by what they are', () => {
  assert.deepEqual(hostsIn('p.yml', 'a: [{ targets: ["alertmanager:9093"] }]\nsmtp_smarthost: mail:25'), [
    'alertmanager:9093',
    'mail:25',
  ])
  assert.deepEqual(hostsIn('d.json', '{"x": {"url": "http://prometheus:9090"}}'), ['prometheus:9090'])
  assert.deepEqual(hostsIn('x.conf', '# http://old\nlog http://new:1'), ['new:1'])
  assert.deepEqual(hostsIn('p.yml', '# http://comment\nname: redis'), [])
})

test('command lines name hosts by flags, and programs of databases by -h', () => {
  assert.deepEqual(hostsOf('--venue-url=http://venue:8010', '--db-host', 'db'), ['venue:8010', 'db:'])
  assert.deepEqual(hostsOf('sh', '-c', 'pg_dump -h postgresql -Fc cdb'), ['postgresql:'])
  assert.deepEqual(hostsOf('ls', '-h', 'folder'), [])
  assert.deepEqual(hostsOf('--web.listen-address=prometheus:9090', '--bind-address', 'x'), [])
})
