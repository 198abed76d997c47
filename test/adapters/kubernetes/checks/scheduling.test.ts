import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schedulingChecks } from '../../../../src/adapters/kubernetes/checks/scheduling.ts'
import { sampleInput, sampleManifests } from '../audit-sample.ts'
import { deploymentText, messagesOf, problemsOf } from '../check-run.ts'

const text = deploymentText({ pod: 'priorityClassName: high' })

test('W17 wants a priority class that the folder writes or Kubernetes has', () => {
  assert.deepEqual(messagesOf(schedulingChecks, 'W17', deploymentText()), ['it has no priorityClassName'])
  assert.match(messagesOf(schedulingChecks, 'W17', text).join(), /high is nowhere in the folder/)
  const gitops = sampleManifests(
    '{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: high } }',
  )
  assert.deepEqual(problemsOf(schedulingChecks, 'W17', sampleInput(text, { gitops })), [])
  const builtIn = deploymentText({ pod: 'priorityClassName: system-node-critical' })
  assert.deepEqual(problemsOf(schedulingChecks, 'W17', builtIn), [])
})
