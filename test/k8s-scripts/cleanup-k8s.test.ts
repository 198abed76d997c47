import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { runScript } from './fake-cluster.ts'
import type { Outcome } from './fake-cluster.ts'

const PROD = ['--environment', 'prod', '--yes'] as const

const cleanup = (
  context: TestContext,
  args: readonly string[],
  options: Parameters<typeof runScript>[3] = {},
): Outcome => runScript(context, 'cleanup-k8s.sh', args, options)

const deletions = ({ calls }: Outcome): readonly string[] =>
  calls.filter((call) => call.startsWith('delete ')).map((call) => call.replace(' --context=kind-test', ''))

const byFile = (layer: string): string =>
  `delete --filename=FOLDER/${layer}.yaml --ignore-not-found --timeout=300s`

test('the services go first, then the migrations, then what they stand on; volumes stay', (context) => {
  const outcome = cleanup(context, PROD)
  assert.equal(outcome.code, 0, outcome.stderr)
  const [services, migrations, infrastructure, leftovers, ...rest] = deletions(outcome)
  assert.deepEqual(
    [services, migrations, infrastructure],
    [byFile('services'), byFile('migrations'), byFile('infrastructure')],
  )
  assert.match(
    leftovers ?? '',
    /--selector=app\.kubernetes\.io\/part-of=claire-de-binare,app\.kubernetes\.io\/instance=prod /,
  )
  assert.deepEqual(rest, [])
  assert.match(outcome.stdout, /removed prod from cdb-trading\n$/)
})

test('no Namespace, volume or Secret is among what is deleted', (context) => {
  const outcome = cleanup(context, PROD)
  const given = outcome.fileGiven('delete', 'infrastructure.yaml') ?? ''
  assert.match(given, /kind: StatefulSet/)
  assert.doesNotMatch(given, /kind: (?:Namespace|PersistentVolumeClaim)/)
  for (const call of deletions(outcome)) {
    assert.doesNotMatch(call, /namespaces?\b(?!=)|persistentvolumeclaims|secrets|\ball\b/)
  }
})

test('a layer that holds nothing but data is left alone', (context) => {
  const claim = 'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: dumps\n'
  const outcome = cleanup(context, PROD, { answers: { 'render-migrations': claim } })
  assert.equal(outcome.code, 0, outcome.stderr)
  assert.ok(!deletions(outcome).includes(byFile('migrations')))
})

test('whatever call fails, it ends there with the exit code of that call', (context) => {
  const args = [...PROD, '--delete-data']
  const typed = 'delete the data of cdb-trading\n'
  const { calls } = cleanup(context, args, { typed })
  for (const [index, call] of calls.entries()) {
    const failed = cleanup(context, args, { typed, failsAt: index + 1 })
    assert.equal(failed.code, 7, `${call}: exit code ${failed.code ?? 'none'}`)
    assert.equal(failed.calls.length, index + 1, call)
    assert.doesNotMatch(failed.stdout, /removed/, call)
    assert.equal(failed.leftBehind.length, 0, call)
  }
})

test('it asks for the name of the environment, and anything else deletes nothing', (context) => {
  for (const typed of ['', 'yes\n', 'dev\n']) {
    const outcome = cleanup(context, ['--environment', 'prod'], { typed })
    assert.equal(outcome.code, 5)
    assert.deepEqual(deletions(outcome), [])
  }
  assert.equal(cleanup(context, ['--environment', 'prod'], { typed: 'prod\n' }).code, 0)
  const dev = { namespace: 'claire-de-binare/dev' }
  assert.equal(cleanup(context, ['--environment', 'dev'], { answers: dev }).code, 5)
  assert.equal(cleanup(context, ['--environment', 'dev'], { answers: dev, typed: 'dev\n' }).code, 0)
})

test('data is deleted only after its sentence was typed, whatever --yes says', (context) => {
  const args = [...PROD, '--delete-data']
  for (const typed of ['', 'prod\n', 'delete the data of cdb-trading-dev\n']) {
    const outcome = cleanup(context, args, { typed })
    assert.equal(outcome.code, 5)
    assert.deepEqual(deletions(outcome), [])
  }
  const outcome = cleanup(context, args, { typed: 'delete the data of cdb-trading\n' })
  assert.equal(outcome.code, 0, outcome.stderr)
  assert.equal(deletions(outcome).at(-1), 'delete namespace cdb-trading --timeout=300s')
  assert.match(outcome.stdout, /to be deleted:\npersistentvolumeclaim\/data-redis-0/)
})

test('a namespace of others, of another environment or with others in it is refused', (context) => {
  for (const answers of [
    { namespace: '/' },
    { namespace: 'claire-de-binare/dev' },
    { strangers: 'deployment.apps/wiki\n' },
  ]) {
    const outcome = cleanup(context, [...PROD, '--delete-data'], {
      answers,
      typed: 'delete the data of cdb-trading\n',
    })
    assert.equal(outcome.code, 3)
    assert.deepEqual(deletions(outcome), [])
  }
})

test('a namespace that is absent is said to be so', (context) => {
  const outcome = cleanup(context, PROD, { answers: { namespace: '' } })
  assert.equal(outcome.code, 0)
  assert.match(outcome.stdout, /namespace cdb-trading is absent: there is nothing to remove\n$/)
  assert.deepEqual(deletions(outcome), [])
})

test('what Flux or Argo CD manages is left to them, unless told otherwise', (context) => {
  const answers = { managers: 'Service  redis  cdb-infrastructure-prod  <none>  <none>\n' }
  const refused = cleanup(context, PROD, { answers })
  assert.equal(refused.code, 3)
  assert.deepEqual(deletions(refused), [])
  assert.equal(cleanup(context, [...PROD, '--ignore-gitops'], { answers }).code, 0)
})

test('a StatefulSet that would take its volumes with it is refused', (context) => {
  const outcome = cleanup(context, PROD, { answers: { retention: 'redis  Retain\npostgresql  Delete\n' } })
  assert.equal(outcome.code, 3)
  assert.match(outcome.stderr, /StatefulSet postgresql takes its volumes with it/)
})

test('what is left over is a failure, not a success', (context) => {
  const outcome = cleanup(context, PROD, { answers: { leftovers: 'service/redis\n' } })
  assert.equal(outcome.code, 6)
  assert.match(outcome.stderr, /left over in cdb-trading:\nservice\/redis/)
  assert.doesNotMatch(outcome.stdout, /removed/)
})

test('a dry run shows the deletions and makes none', (context) => {
  const outcome = cleanup(context, ['--environment', 'prod', '--dry-run', '--delete-data'])
  assert.equal(outcome.code, 0, outcome.stderr)
  assert.deepEqual(deletions(outcome), [])
  assert.match(outcome.stdout, /would run: kubectl delete namespace cdb-trading/)
  assert.match(outcome.stdout, /dry run: nothing was deleted\n$/)
})

test('wrong options are told before kubectl is called', (context) => {
  for (const args of [[], ['--environment', 'all'], [...PROD, '--watch', '1'], [...PROD, '--timeout']]) {
    const outcome = cleanup(context, args)
    assert.equal(outcome.code, 2, args.join(' '))
    assert.deepEqual(outcome.calls, [])
  }
  const help = cleanup(context, ['--help'])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /usage: cleanup-k8s\.sh --environment dev\|prod/)
})
