import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { runScript } from './fake-cluster.ts'
import type { Answers, Outcome } from './fake-cluster.ts'

const DEV = ['--environment', 'dev', '--watch', '0'] as const
const PROD = ['--environment', 'prod', '--yes', '--watch', '0'] as const

const deploy = (
  context: TestContext,
  args: readonly string[],
  options: Parameters<typeof runScript>[3] = {},
): Outcome => runScript(context, 'deploy-k8s.sh', args, options)

/** Calls that change the cluster. */
const changes = ({ calls }: Outcome): readonly string[] =>
  calls.filter(
    (call) => /^(?:apply|delete|create|patch|scale)\b/.test(call) && !call.includes('--dry-run=server'),
  )

const LAYERS = ['infrastructure', 'migrations', 'services'] as const
const CONTEXT = ' --context=kind-test'
const APPLY = 'apply --server-side --field-manager=cdb-deploy'
const apply = (file: string): string => `${APPLY} --filename=FOLDER/${file}.yaml${CONTEXT}`
const check = (file: string): string =>
  `${APPLY} --dry-run=server --output=name --filename=FOLDER/${file}.yaml${CONTEXT}`
const rollout = (workload: string): string =>
  `rollout status ${workload} --namespace=cdb-trading --timeout=300s${CONTEXT}`

test('it renders, verifies, checks, then applies layer by layer and waits for each', (context) => {
  const outcome = deploy(context, PROD)
  assert.equal(outcome.code, 0, outcome.stderr)
  assert.deepEqual(
    outcome.calls.slice(0, 13).map((call) => call.split(' ').slice(0, 2).join(' ')),
    [
      ...['version --client', 'config current-context', 'config view', 'get --raw=/readyz'],
      'get priorityclasses',
      ...LAYERS.map((layer) => `kustomize K8S/overlays/prod/${layer}`),
      ...['get namespace', 'get deployments,statefulsets,services', 'get secret', 'get secret', 'get job'],
    ],
  )
  assert.deepEqual(
    outcome.calls.slice(-3).map((call) => call.split(' ').slice(0, 2).join(' ')),
    ['get pods', 'get endpointslices', 'get deployments,statefulsets,jobs'],
  )
  assert.deepEqual(
    outcome.calls.filter((call) => /^(?:apply|rollout|wait)\b/.test(call)),
    [
      ...LAYERS.map(check),
      ...[apply('infrastructure'), rollout('statefulset.apps/redis'), apply('migrations')],
      `wait --for=condition=complete job.batch/cdb-migrate --namespace=cdb-trading --timeout=5s${CONTEXT}`,
      ...[apply('services'), rollout('deployment.apps/cdb-ws')],
    ],
  )
  assert.match(outcome.stdout, /context kind-test, server https:\/\/127\.0\.0\.1:6443/)
  assert.match(outcome.stdout, /deployed prod to cdb-trading\n$/)
})

test('whatever call fails, it ends there with the exit code of that call', (context) => {
  const { calls } = deploy(context, PROD)
  assert.ok(calls.length > 20)
  for (const [index, call] of calls.entries()) {
    const failed = deploy(context, PROD, { failsAt: index + 1 })
    assert.equal(failed.code, 7, `${call}: exit code ${failed.code ?? 'none'}`)
    assert.match(failed.stderr, /fault on purpose/, call)
    assert.doesNotMatch(failed.stdout, /deployed/, call)
    assert.deepEqual(changes(failed), changes({ ...failed, calls: calls.slice(0, index + 1) }), call)
    assert.equal(failed.leftBehind.length, 0, call)
  }
})

test('dev is deployed without a question, prod is not', (context) => {
  const dev = { namespace: 'claire-de-binare/dev' }
  assert.equal(deploy(context, DEV, { answers: dev }).code, 0)
  for (const typed of ['', 'no\n', 'Prod\n', 'yes\n']) {
    const refused = deploy(context, ['--environment', 'prod'], { typed })
    assert.equal(refused.code, 5)
    assert.match(refused.stderr, /not confirmed; nothing was changed/)
    assert.deepEqual(changes(refused), [])
  }
  const confirmed = deploy(context, ['--environment', 'prod', '--watch', '0'], { typed: 'prod\n' })
  assert.equal(confirmed.code, 0)
  assert.match(confirmed.stdout, /Deploy to prod: namespace cdb-trading, context kind-test\?/)
})

test('a Secret that is absent or lacks keys ends it, with all of them named', (context) => {
  const answers: Answers = { 'secret-cdb-secrets': 'redis-password-ws\n', 'secret-grafana-admin': '' }
  const outcome = deploy(context, PROD, { answers })
  assert.equal(outcome.code, 4)
  assert.match(outcome.stderr, /Secret cdb-trading\/cdb-secrets lacks: database-password-ws /)
  assert.doesNotMatch(outcome.stderr, / redis-password-ws/)
  assert.match(outcome.stderr, /Secret cdb-trading\/grafana-admin lacks: admin-user admin-password/)
  assert.match(outcome.stderr, /SECRETS_GUIDE\.md/)
  assert.deepEqual(changes(outcome), [])
})

test('a namespace of others is refused, one that is absent is made first', (context) => {
  for (const [namespace, words] of [
    ['/', 'belongs to somebody else'],
    ['another/prod', 'belongs to somebody else'],
    ['claire-de-binare/dev', "labeled for environment 'dev', not prod"],
  ] as const) {
    const outcome = deploy(context, PROD, { answers: { namespace } })
    assert.equal(outcome.code, 3)
    assert.ok(outcome.stderr.includes(words), outcome.stderr)
    assert.deepEqual(changes(outcome), [])
  }
  const first = deploy(context, PROD, { answers: { namespace: '' } })
  assert.equal(first.code, 0)
  assert.equal(changes(first)[0], apply('namespace'))
  const given = first.fileGiven('apply', 'namespace.yaml') ?? ''
  assert.match(given, /kind: Namespace/)
  assert.doesNotMatch(given, /StatefulSet/)
  assert.equal(deploy(context, [...PROD, '--dry-run'], { answers: { namespace: '' } }).code, 3)
})

test('what Flux or Argo CD manages is left to them, unless told otherwise', (context) => {
  for (const managers of [
    'Service  redis  cdb-infrastructure-prod  <none>  <none>\n',
    'Service  grafana  <none>  <none>  <none>\nService  redis  <none>  cdb-prod:/Service:x/redis  <none>\n',
    'Deployment  cdb-ws  <none>  <none>  cdb-prod\n',
  ]) {
    const refused = deploy(context, PROD, { answers: { managers } })
    assert.equal(refused.code, 3)
    assert.match(refused.stderr, /is managed by Flux or Argo CD/)
    const told = deploy(context, [...PROD, '--ignore-gitops'], { answers: { managers } })
    assert.equal(told.code, 0)
    assert.ok(changes(told).every((call) => call.endsWith(' --force-conflicts')))
  }
})

test('a kubectl that is too old, or none, ends it before anything is asked', (context) => {
  const old = { 'client-version': '"gitVersion": "v1.26.9"' }
  const outcome = deploy(context, PROD, { answers: old })
  assert.equal(outcome.code, 3)
  assert.match(outcome.stderr, /kubectl is 1\.26; at least 1\.27 is needed/)
  assert.equal(outcome.calls.length, 1)
  assert.equal(deploy(context, PROD, { answers: { 'client-version': 'nonsense' } }).code, 3)
  const absent = deploy(context, PROD, { withoutKubectl: true })
  assert.equal(absent.code, 3)
  assert.match(absent.stderr, /kubectl is not on the PATH/)
})

test('PriorityClasses that are absent are named, with what makes them', (context) => {
  const answers = { priorities: 'priorityclass.scheduling.k8s.io/cdb-critical\n' }
  const outcome = deploy(context, PROD, { answers })
  assert.equal(outcome.code, 3)
  assert.match(outcome.stderr, /PriorityClass cdb-standard is absent.*kubectl apply -k .*\/k8s\/cluster/)
})

test('a render without a namespace, or an empty one, is refused', (context) => {
  assert.equal(deploy(context, PROD, { answers: { 'render-services': '' } }).code, 3)
  assert.equal(deploy(context, PROD, { answers: { 'render-infrastructure': 'kind: Service\n' } }).code, 3)
})

test('a dry run lets the server check everything and changes nothing', (context) => {
  const outcome = deploy(context, ['--environment', 'prod', '--dry-run'])
  assert.equal(outcome.code, 0, outcome.stderr)
  assert.deepEqual(changes(outcome), [])
  assert.deepEqual(outcome.calls.slice(-3), LAYERS.map(check))
  assert.match(outcome.stdout, /would run: kubectl rollout status deployment\.apps\/cdb-ws/)
  assert.match(outcome.stdout, /dry run: nothing was changed\n$/)
})

const IMMUTABLE: Answers = {
  'check-migrations': '',
  'check-migrations.code': '1',
  'check-migrations.stderr':
    'The Job "cdb-migrate" is invalid: spec.template: Invalid value: field is immutable\n',
}
const removal = `delete job cdb-migrate --namespace=cdb-trading --cascade=foreground --timeout=300s${CONTEXT}`

test('a migration that has ended and differs is deleted before the new one', (context) => {
  const answers = { ...IMMUTABLE, 'find-job': 'cdb-migrate SuccessCriteriaMet Complete' }
  const outcome = deploy(context, PROD, { answers })
  assert.equal(outcome.code, 0, outcome.stderr)
  assert.deepEqual(changes(outcome).slice(1, 3), [removal, apply('migrations')])
  assert.ok(
    outcome.calls.some((call) => call.startsWith('wait --for=condition=complete job.batch/cdb-migrate')),
  )
})

test('a migration that has ended and is the same stays; one that failed runs again', (context) => {
  const done = deploy(context, PROD, { answers: { 'find-job': 'cdb-migrate Complete' } })
  assert.equal(changes(done).includes(removal), false)
  const failed = deploy(context, PROD, { answers: { 'find-job': 'cdb-migrate FailureTarget Failed' } })
  assert.equal(changes(failed).includes(removal), true)
})

test('a migration that still runs and differs is not touched', (context) => {
  const outcome = deploy(context, PROD, { answers: { ...IMMUTABLE, 'find-job': 'cdb-migrate ' } })
  assert.equal(outcome.code, 1)
  assert.match(outcome.stderr, /still runs, and the new one differs/)
  assert.deepEqual(changes(outcome), [])
})

test('another refusal of the server is not taken for a changed migration', (context) => {
  const answers = {
    ...IMMUTABLE,
    'check-migrations.stderr': 'exceeded quota\n',
    'find-job': 'cdb-migrate Complete',
  }
  const outcome = deploy(context, PROD, { answers })
  assert.equal(outcome.code, 1)
  assert.match(outcome.stderr, /exceeded quota/)
})

test('a migration that fails is not waited for until the end, and its logs are shown', (context) => {
  const outcome = deploy(context, PROD, {
    answers: {
      ...{ 'wait-migrations.code': '1', 'wait-migrations.stderr': 'timed out waiting for the condition\n' },
      ...{ 'find-job.1': '', 'find-job.2': 'cdb-migrate ', 'find-job': 'cdb-migrate FailureTarget Failed' },
      'logs---namespace=cdb-trading': 'relation "orders" does not exist\n',
    },
  })
  assert.equal(outcome.code, 1)
  assert.equal(outcome.calls.filter((call) => call.startsWith('wait ')).length, 2)
  assert.match(outcome.stderr, /relation "orders" does not exist/)
  assert.match(outcome.stderr, /failed: step wait-migrations: job\.batch\/cdb-migrate has not become ready/)
  assert.equal(changes(outcome).includes(apply('services')), false)
})

test('a migration that only takes long is waited for until --timeout', (context) => {
  const answers = { 'wait-migrations.code': '1', 'find-job.1': '', 'find-job': 'cdb-migrate ' }
  assert.equal(deploy(context, [...PROD, '--timeout', '1'], { answers }).code, 1)
})

test('a rollout that does not end shows the workload, its events and its logs', (context) => {
  const outcome = deploy(context, [...PROD, '--timeout', '9'], {
    answers: {
      'rollout-redis.code': '1',
      'rollout-redis.stderr': 'error: timed out waiting for the condition\n',
      'describe-statefulset.apps-redis': 'Image: redis:none\n',
    },
  })
  assert.equal(outcome.code, 1)
  assert.match(outcome.stderr, /timed out waiting for the condition/)
  assert.match(outcome.stderr, /--- describe of statefulset\.apps\/redis\nImage: redis:none/)
  assert.deepEqual(
    outcome.calls.slice(-4).map((call) => call.replace(CONTEXT, '')),
    [
      'describe statefulset.apps/redis --namespace=cdb-trading',
      'get pods --namespace=cdb-trading --selector=app.kubernetes.io/name=redis --output=wide',
      'get events --namespace=cdb-trading --sort-by=.lastTimestamp',
      'logs --namespace=cdb-trading --selector=app.kubernetes.io/name=redis --all-containers --prefix --tail=40',
    ],
  )
  assert.deepEqual(changes(outcome), [apply('infrastructure')])
})

test('pods that are not ready, or start again while they are watched, are unhealthy', (context) => {
  const pod = (phase: string, ready: string, restarts: string, deleted = '<none>'): string =>
    `cdb-ws-1  ${phase}  ${ready}  ${restarts}  ${deleted}\n`
  for (const [pods, words] of [
    [pod('Running', 'true,false', '0,0'), /pods that are not ready: cdb-ws-1 \(Running, ready: true,false\)/],
    [pod('Pending', '<none>', '<none>'), /cdb-ws-1 \(Pending/],
  ] as const) {
    const outcome = deploy(context, PROD, { answers: { 'watch-pods': pods } })
    assert.equal(outcome.code, 6)
    assert.match(outcome.stderr, words)
  }
  const again = { 'watch-pods.1': pod('Running', 'true', '3'), 'watch-pods.2': pod('Running', 'true', '4') }
  const outcome = deploy(context, [...PROD, '--watch', '1'], { answers: again })
  assert.equal(outcome.code, 6)
  assert.match(outcome.stderr, /containers have started again: 1/)
  const fine = `${pod('Succeeded', 'false', '0')}${pod('Running', 'false', '0', '2026-11-24T18:00:00Z')}`
  assert.equal(deploy(context, PROD, { answers: { 'watch-pods': fine } }).code, 0)
})

test('a Service without a ready endpoint is unhealthy', (context) => {
  for (const ready of ['<none>', 'false']) {
    const outcome = deploy(context, PROD, { answers: { 'watch-endpoints': `cdb-ws  ${ready}\n` } })
    assert.equal(outcome.code, 6)
    assert.match(outcome.stderr, /Services without a ready endpoint: cdb-ws/)
  }
})

test('a context that is given is used in every call to the cluster', (context) => {
  const { calls } = deploy(context, [...PROD, '--context', 'far-away'])
  assert.ok(!calls.includes('config current-context'))
  const near = calls.filter((call) => !call.endsWith(' --context=far-away'))
  assert.deepEqual(
    near.map((call) => call.split(' ')[0]),
    ['version', 'kustomize', 'kustomize', 'kustomize'],
  )
})

test('wrong options are told before kubectl is called', (context) => {
  for (const args of [
    [],
    ['--environment'],
    ['--environment', 'test'],
    [...DEV, '--force'],
    [...DEV, '--timeout', '0'],
    [...DEV, '--timeout', '5m'],
    ['--environment', 'dev', '--watch', '-1'],
  ]) {
    const outcome = deploy(context, args)
    assert.equal(outcome.code, 2, args.join(' '))
    assert.deepEqual(outcome.calls, [])
  }
  const help = deploy(context, ['--help'])
  assert.equal(help.code, 0)
  assert.match(help.stdout, /usage: deploy-k8s\.sh --environment dev\|prod/)
})
