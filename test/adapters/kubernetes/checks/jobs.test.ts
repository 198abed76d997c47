import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jobChecks } from '../../../../src/adapters/kubernetes/checks/jobs.ts'
import { sampleInput, sampleManifests } from '../audit-sample.ts'
import { messagesOf } from '../check-run.ts'

const RUN = 'activeDeadlineSeconds: 60, backoffLimit: 2, template: { spec: { restartPolicy: Never } }'
const job = (spec: string): string => `
apiVersion: batch/v1
kind: Job
metadata: { name: j, namespace: shop }
spec: { ${spec} }
`
const CRON =
  'concurrencyPolicy: Forbid, startingDeadlineSeconds: 300, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 3'
const cron = (schedule: string, spec = CRON): string => `
apiVersion: batch/v1
kind: CronJob
metadata: { name: c, namespace: shop }
spec: { schedule: '${schedule}', ${spec}, jobTemplate: { spec: { ${RUN} } } }
`
const found = (text: string, gitops = ''): readonly string[] =>
  messagesOf(jobChecks, 'X26', sampleInput(text, { gitops: sampleManifests(gitops) }))

test('Jobs and CronJobs with ends and limits pass', () => {
  assert.deepEqual(found(job(RUN)), [])
  for (const schedule of ['0 3 * * *', '*/5 0-6,12 1 JAN mon-fri', '@daily']) {
    assert.deepEqual(found(cron(schedule)), [], schedule)
  }
})

test('what has no end is told', () => {
  assert.deepEqual(found(job('template: { spec: { restartPolicy: Always } }')), [
    'has no activeDeadlineSeconds, so that it may run for ever',
    'has no backoffLimit, so that it is tried six times again',
    'restartPolicy is "Always"',
  ])
  assert.deepEqual(found(cron('0 3 * *', 'startingDeadlineSeconds: 5')), [
    'two runs may overlap',
    'schedule "0 3 * *" is none',
    'startingDeadlineSeconds is 5, less than one look of the controller',
    'has no successfulJobsHistoryLimit, so that nobody has decided how many stay',
    'has no failedJobsHistoryLimit, so that nobody has decided how many stay',
  ])
})

test('a Job that deletes itself is told where Flux would run it again', () => {
  const flux = 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: { name: k }'
  const passing = job(`${RUN}, ttlSecondsAfterFinished: 60`)
  assert.deepEqual(found(passing), [])
  assert.deepEqual(found(passing, flux), [
    'ttlSecondsAfterFinished deletes it, and Flux runs it again at the next reconciliation',
  ])
})
