import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findingSections } from '../../../src/adapters/kubernetes/report-findings.ts'
import { sampleBuild, sampleInput, sampleManifests } from './audit-sample.ts'
import { deploymentText, serviceText } from './check-run.ts'
import { reportFacts } from './report-facts.ts'

const limits = (memory: string): string => `resources: { limits: { cpu: 500m, memory: ${memory} } }`
const web = (replicas: number, memory: string): string =>
  deploymentText({ spec: `replicas: ${replicas}`, container: limits(memory) })

const input = sampleInput('', {
  environments: ['dev', 'prod'],
  builds: [
    sampleBuild(web(1, '256Mi'), { path: 'overlays/dev', environment: 'dev' }),
    sampleBuild(`${web(2, '512Mi')}${deploymentText({ name: 'store' })}${serviceText('web')}`),
    sampleBuild('', { path: 'base', environment: null, isWhole: false, error: 'no such file' }),
  ],
  gitops: sampleManifests(
    'kind: GitRepository\napiVersion: source.toolkit.fluxcd.io/v1\nmetadata: { name: repository }\n',
  ),
  files: [
    { path: 'base/web.yaml', text: 'a: 1\n' },
    { path: 'README.md', text: '# About\n' },
    { path: 'deploy.sh', text: '#!/bin/sh\n' },
  ],
  settings: { services: ['web'] },
})

const problem = { object: 'Deployment shop/web', message: 'is wrong', mend: 'mend it' }
const textOf = (problems = {}): string => findingSections(reportFacts(input, problems)).join('\n\n')

test('the nine sections come in order, marked by their checks; what has no subject is not shown', () => {
  assert.deepEqual(
    [...textOf({ D01: [problem] }).matchAll(/^### (.+)$/gm)].map((match) => match[1]),
    [
      '1. File Inventory ✅',
      '2. Kubernetes Resources ✅',
      '3. Infrastructure Services ✅',
      '4. Application Services ⏳',
      '5. Environment Overlays ✅',
      '6. GitOps Configuration ⏳',
      '7. Security Audit ✅',
      '8. Automation ❌',
      '9. Documentation ✅',
    ],
  )
})

test('files, objects and builds are counted from the folder', () => {
  const text = textOf()
  assert.match(text, /\*\*Total Files\*\*: 3 \(23 B\)/)
  assert.match(text, /\| Base Manifests \| 1 \| 5 B \| ✅ no finding \|/)
  assert.match(text, /\*\*overlays\/prod\*\* \(3 resources\):\n\n- 2 Deployment\n- 1 Service/)
  assert.match(text, /kubectl kustomize base {2}# ❌\n/)
  assert.match(text, /\*\*base\*\* \(0 resources\):\n\n- ❌ does not build/)
})

test('services of ours have replicas by environment, the others are infrastructure', () => {
  const text = textOf({ W12: [problem] })
  assert.match(text, /\| Service \| Port \| Replicas \(dev\/prod\) \| Limits \| Status \|/)
  assert.match(text, /\| web \| {2}\| 1\/2 \| 512Mi\/500m \| ❌ 1 findings \|/)
  assert.match(text, /\| store \| Deployment \| none\/none \| ✅ no finding \|/)
})

test('overlays show their numbers', () => {
  const text = textOf()
  assert.match(
    text,
    /\*\*dev\*\* .*\n\n- Replicas of a Deployment: 1 to 1\n- Limits of all pods: 256Mi, 500m \(25%/,
  )
})

test('an engine that is not there is not claimed', () => {
  const text = textOf()
  assert.match(text, /- ✅ GitRepository \(repository\)/)
  assert.match(text, /- ⏳ 0 Kustomizations \(none\)/)
  assert.match(text, /- ⏳ 0 Applications \(none\)/)
})

test('an empty folder has nothing, and says so', () => {
  const text = findingSections(reportFacts(sampleInput(''))).join('\n\n')
  assert.match(text, /### 9\. Documentation ❌\n\nNone\./)
  assert.match(text, /### 4\. Application Services ⏳\n\nNone\./)
})
