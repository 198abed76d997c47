import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scriptParityChecks } from '../../../../src/adapters/kubernetes/checks/scripts-parity.ts'
import { sampleInput } from '../audit-sample.ts'

const run = (files: Readonly<Record<string, string>>): readonly string[] => {
  const input = sampleInput('', { files: Object.entries(files).map(([path, text]) => ({ path, text })) })
  return scriptParityChecks.flatMap((check) => check.run(input)).map(({ message }) => message)
}

const bash = (calls: string, option = 'dry-run'): string => `#!/usr/bin/env bash
case $1 in
  --${option}) dry_run=yes ;;
esac
context=$(kubectl config current-context)
read -r typed
${calls}
`
const powershell = (calls: string, option = 'DryRun'): string => `param([switch] $${option})
$context = kubectl config current-context
$typed = Read-Host
${calls}
`

test('D04 passes scripts that are the same in both shells', () => {
  assert.deepEqual(
    run({
      'deploy.sh': bash('kubectl apply -f "$here/a.yaml" --namespace=$namespace'),
      'deploy.ps1': powershell('kubectl apply -f "$PSScriptRoot/a.yaml" --namespace=$Namespace'),
      'part.sh': '#!/bin/sh\npg_dump\n',
    }),
    [],
  )
})

test('D04 passes one shell alone, and a script that goes to its own folder', () => {
  const script = bash('cd "$(dirname "${BASH_SOURCE[0]}")"\nkubectl apply -k overlays/dev')
  assert.deepEqual(run({ 'deploy.sh': script }), [])
})

test('D04 finds paths that hold from one folder only', () => {
  for (const call of [
    'kubectl apply -k k8s/overlays/dev',
    'kubectl kustomize base',
    'kubectl delete -f ./a.yaml',
  ]) {
    assert.match(run({ 'deploy.sh': bash(call) }).join(), /is found from one working directory only/, call)
  }
})

test('D04 finds a script that changes a cluster without a word', () => {
  const found = run({ 'deploy.sh': '#!/bin/bash\nkubectl apply -f -\n' })
  assert.deepEqual(found, ['asks nobody before it changes prod', 'does not say which cluster it changes'])
})

test('D04 finds other options, other calls and a script for one shell only', () => {
  const call = 'kubectl get pods'
  assert.match(
    run({ 'a.sh': bash(call), 'a.ps1': powershell(call, 'Force') }).join(),
    /takes other options than a\.sh: force; there: dryrun/,
  )
  assert.match(
    run({ 'a.sh': bash(call), 'a.ps1': powershell('kubectl get nodes') }).join(),
    /call 2 of kubectl is "get nodes", in a\.sh "get pods"/,
  )
  assert.match(
    run({ 'a.sh': bash(`${call}\n${call}`), 'a.ps1': powershell(call) }).join(),
    /call 3 of kubectl is "none"/,
  )
  const pair = { 'a.sh': bash(call), 'a.ps1': powershell(call) }
  assert.deepEqual(run({ ...pair, 'b.ps1': powershell(call) }), [
    'is there for powershell only, though others are for both shells',
  ])
})
