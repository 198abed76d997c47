import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lifecycleChecks } from '../../../../src/adapters/kubernetes/checks/lifecycle.ts'
import { sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf, problemsOf, serviceText } from '../check-run.ts'

const served = (hook: string, pod = ''): string =>
  serviceText('web') + deploymentText({ pod, container: `ports: [{ containerPort: 80 }]\n          ${hook}` })
const sleep = (seconds: number): string => `lifecycle: { preStop: { sleep: { seconds: ${seconds} } } }`

test('a pod that waits before it ends passes W14', () => {
  assert.deepEqual(problemsOf(lifecycleChecks, 'W14', served(sleep(5))), [])
})

test('W14 refuses a pod that Services still send to, and looks at no other', () => {
  assert.match(messagesOf(lifecycleChecks, 'W14', served('')).join(), /Services still send to it/)
  const alone = deploymentText({ container: 'ports: [{ containerPort: 80 }]' })
  assert.deepEqual(problemsOf(lifecycleChecks, 'W14', alone), [])
})

test('W14 adds up what the end takes, of sleeps of either kind', () => {
  const grace = 'terminationGracePeriodSeconds: 12'
  assert.match(
    messagesOf(lifecycleChecks, 'W14', served(sleep(5), grace)).join(),
    /is 12, less than 5 s .* 10 s/,
  )
  const shell = served('lifecycle: { preStop: { exec: { command: [sh, -c, sleep 25] } } }')
  assert.match(messagesOf(lifecycleChecks, 'W14', shell).join(), /is 30, less than 25 s/)
  const quick = sampleInput(served(sleep(5), grace), { settings: { drainSeconds: 5 } })
  assert.deepEqual(problemsOf(lifecycleChecks, 'W14', quick), [])
})

test('a StatefulSet may end at once when it says how long that takes', () => {
  const text = (pod: string) => served('', pod).replace('kind: Deployment', 'kind: StatefulSet')
  assert.deepEqual(problemsOf(lifecycleChecks, 'W14', text('terminationGracePeriodSeconds: 60')), [])
  assert.equal(problemsOf(lifecycleChecks, 'W14', text('')).length, 1)
})

test('W18 names the fields of a rollout that are not set', () => {
  assert.deepEqual(messagesOf(lifecycleChecks, 'W18', deploymentText({ spec: 'minReadySeconds: 3' })), [
    'revisionHistoryLimit, progressDeadlineSeconds not set',
  ])
  const spec = 'minReadySeconds: 3\n  revisionHistoryLimit: 5\n  progressDeadlineSeconds: 60'
  assert.deepEqual(problemsOf(lifecycleChecks, 'W18', deploymentText({ spec })), [])
})
