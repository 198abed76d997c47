import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scriptChecks } from '../../../../src/adapters/kubernetes/checks/scripts.ts'
import { sampleInput } from '../audit-sample.ts'

const run = (id: string, files: Readonly<Record<string, string>>): readonly string[] => {
  const input = sampleInput('', { files: Object.entries(files).map(([path, text]) => ({ path, text })) })
  return scriptChecks
    .flatMap((check) => (check.id === id ? check.run(input) : []))
    .map(({ message }) => message)
}

const STRICT = '#!/usr/bin/env bash\nset -euo pipefail\n'
const STOP = "$ErrorActionPreference = 'Stop'\n"

test('D01 passes scripts that end at the first failure', () => {
  assert.deepEqual(
    run('D01', {
      'a.sh': `${STRICT}[[ -n $x ]] || return 0\nkubectl get x || exit $?\n`,
      'b.sh': '#!/bin/sh\nset -eu\n',
      'c.sh': '#!/bin/bash\nset -e\nset -u\nset -o pipefail\n',
      'd.ps1': `${STOP}$x = & kubectl get pods\nif ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }\n`,
      'e.ps1': `${STOP}$PSNativeCommandUseErrorActionPreference = $true\nkubectl get pods\nWrite-Host 'kubectl done'\n`,
    }),
    [],
  )
})

test('D01 finds a shell script that goes on after a failure', () => {
  assert.match(run('D01', { 'a.sh': '#!/bin/bash\nset -e\n' }).join(), /-u, -o pipefail is not set/)
  for (const line of [
    'kubectl get x || true',
    'kubectl get x || :',
    'kubectl get x || return 0',
    'kubectl get x 2>/dev/null',
    'kubectl get x &>/dev/null',
    'kubectl get x || echo failed',
    'set +e',
  ]) {
    assert.equal(run('D01', { 'a.sh': `${STRICT}${line}\n` }).length, 1, line)
  }
})

test('D01 finds a PowerShell script that goes on after a failure', () => {
  assert.match(run('D01', { 'a.ps1': '$x = 1\n' }).join(), /is not Stop/)
  for (const [text, words] of [
    ['try { kubectl get x } catch { exit 1 }', /nobody reads the exit code/],
    ['kubectl get x `\n  --output name\n', /nobody reads the exit code/],
    ['$x = kubectl get y 2>$null\nif ($LASTEXITCODE -ne 0) { exit 1 }', /hides what kubectl complains of/],
    ['Get-Item a \\\n  b', /does not continue a line/],
    ["$ErrorActionPreference = 'SilentlyContinue'", /goes on after failures/],
  ] as const) {
    assert.match(run('D01', { 'a.ps1': `${STOP}${text}\n` }).join(), words, text)
  }
})

const DIAGNOSES = 'kubectl describe "$x"\nkubectl get events\nkubectl logs "$x"\n'

test('D03 passes waits that fit, end, and are explained', () => {
  const script = [
    'kubectl rollout status statefulset/redis --timeout=60s',
    'kubectl wait --for=condition=complete job/migrate --timeout=60s',
    'kubectl wait --for=condition=Available deployment redis --timeout 60s',
    'kubectl wait --for=condition=Ready kustomization/apps --timeout=60s',
    'kubectl rollout status "$workload" --timeout=60s',
  ].join('\n')
  assert.deepEqual(run('D03', { 'a.sh': `${STRICT}${script}\n${DIAGNOSES}` }), [])
})

test('D03 passes waits and diagnoses that stand in rows of what is read in', () => {
  const rows = "calls='\nwait-it   wait --for=condition=complete {job} --timeout=5s\n'\n"
  const asks = "asks='\none  describe {x}\ntwo  get events\nthree  logs {x}\n'\n"
  assert.deepEqual(run('D03', { 'a.sh': `${rows}source "$here/b.sh"\n`, 'b.sh': asks }), [])
})

test('D03 finds waits that never end, never come true, or say nothing', () => {
  for (const [line, words] of [
    ['kubectl wait --for=condition=ready statefulset/redis --timeout=9s', /never has the condition ready/],
    ['kubectl wait --for=condition=ready svc/redis --timeout=9s', /a service never has the condition/],
    ['kubectl wait --for=condition=ready job/migrate --timeout=9s', /a job never has the condition/],
    ['kubectl rollout status job/migrate --timeout=9s', /a job has no rollout/],
    ['kubectl rollout status deployment/redis', /waits as long as kubectl likes/],
  ] as const) {
    const found = run('D03', { 'a.sh': `${STRICT}${line}\n${DIAGNOSES}` })
    assert.equal(found.length, 1, line)
    assert.match(found.join(), words)
  }
  const mute = run('D03', {
    'a.sh': `${STRICT}kubectl rollout status deploy/x --timeout=9s\nkubectl logs x\n`,
  })
  assert.deepEqual(mute, ['shows nothing of why a wait failed: no kubectl describe, events'])
})
