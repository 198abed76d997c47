import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scriptCleanupChecks } from '../../../../src/adapters/kubernetes/checks/scripts-cleanup.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'

const deployment = (stage: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ws, namespace: trading, labels: { stage: ${stage} } }
`

const run = (script: string, builds = [sampleBuild(deployment('prod'))]): readonly string[] => {
  const files = [{ path: 'cleanup.sh', text: `#!/usr/bin/env bash\nset -euo pipefail\n${script}\n` }]
  const environments = builds.flatMap(({ environment }) => environment ?? [])
  const input = sampleInput('', { builds, environments, files })
  return scriptCleanupChecks.flatMap((check) => check.run(input)).map(({ message }) => message)
}

const ASKS = 'case $1 in\n  --delete-data) data=yes ;;\nesac\nread -r typed\n'

test('D05 passes a cleanup by label, by a filtered file, and of data that is asked for', () => {
  for (const script of [
    'kubectl delete deployments,services --namespace=trading --selector=stage=$environment',
    'kubectl delete job migrate --namespace=trading',
    "kinds=' Namespace PersistentVolumeClaim '\nkubectl delete --filename=$folder/rest.yaml",
    `${ASKS}kubectl delete namespace trading`,
    `${ASKS}kubectl delete pvc --namespace=trading --selector=stage=prod`,
    'kubectl get pods',
  ]) {
    assert.deepEqual(run(script), [], script)
  }
})

test('D05 finds deletions that reach too far, or nothing', () => {
  for (const [script, words] of [
    ['kubectl delete -k overlays/prod', /deletes all that overlays\/prod holds/],
    ['kubectl delete namespace trading', /deletes volumes unasked/],
    ['kubectl delete pvc --all -n trading', /deletes volumes unasked/],
    ['kubectl delete deployment ws', /in whatever namespace the context names/],
    ['kubectl delete deployments -n trading', /deletes everything in the namespace/],
    ['kubectl delete deployments -n trading -l stage=production', /selects nothing that is rendered/],
  ] as const) {
    assert.match(run(script).join('\n'), words, script)
  }
})

test('D05 compares a selector by environment with the names of the overlays', () => {
  const builds = [sampleBuild(deployment('production'))]
  assert.match(
    run('kubectl delete deployments -n trading -l stage=$ENVIRONMENT', builds).join(),
    /selects nothing/,
  )
})

test('D05 finds a namespace that two environments share', () => {
  const builds = [
    sampleBuild(deployment('prod')),
    sampleBuild(deployment('dev'), { path: 'overlays/dev', environment: 'dev' }),
  ]
  assert.match(
    run(`${ASKS}kubectl delete namespace trading`, builds).join(),
    /trading is that of prod and dev/,
  )
})
