import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditInput } from '../../../../src/adapters/kubernetes/check.ts'
import { gitopsEngineChecks } from '../../../../src/adapters/kubernetes/checks/gitops-engines.ts'
import { sampleManifests } from '../audit-sample.ts'
import { messagesOf } from '../check-run.ts'
import {
  applicationText,
  gitopsInput,
  kustomizationText,
  repositoryText,
  workloadText,
} from '../gitops-sample.ts'

const found = (input: AuditInput): readonly string[] => messagesOf(gitopsEngineChecks, 'G15', input)

const flux = sampleManifests(repositoryText(), 'flux/gitops-sync.yaml')
const argo = sampleManifests(applicationText(), 'flux/argocd-application.yaml')
const web = workloadText('Deployment', 'web')

const folder = (
  builds: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): AuditInput => ({ ...gitopsInput({ gitops: '', builds, files }), gitops: [...flux, ...argo] })

test('two engines side by side pass G15 when a kustomization chooses one', () => {
  assert.deepEqual(found(folder({ flux: repositoryText(), 'overlays/prod': web })), [])
})

test('G15 refuses a folder of both without a kustomization', () => {
  assert.match(found(folder({ 'overlays/prod': web })).join(), /no kustomization that chooses/)
})

test('G15 refuses a build of both, and a file of both', () => {
  const both = repositoryText() + applicationText()
  assert.match(found(folder({ flux: both })).join(), /the build of flux holds objects of Flux and of Argo CD/)
  const input = gitopsInput({ gitops: both, builds: { flux: repositoryText() } })
  assert.deepEqual(found(input), ['holds objects of Flux and of Argo CD'])
})

test('G15 refuses an engine that applies objects of the other one', () => {
  const gitops = kustomizationText('all', './k8s/argocd')
  const input = gitopsInput({ gitops, builds: { argocd: applicationText() } })
  assert.match(found(input).join(), /applies Application argocd\/shop-prod, an object of the other engine/)
})

test('G15 refuses a script, or a block of a guide, that applies both', () => {
  const lines = ['kubectl apply -k k8s/flux', 'kubectl apply -f "k8s/flux/argocd-application.yaml"']
  const builds = { flux: repositoryText(), 'overlays/prod': web }
  const said = (files: Readonly<Record<string, string>>): readonly string[] => found(folder(builds, files))
  assert.equal(said({ 'deploy.sh': lines.join('\n') }).length, 1)
  assert.equal(said({ 'README.md': `\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n` }).length, 1)
  const apart = lines.map((line) => `\`\`\`sh\n${line}\n\`\`\`\n`).join('\nor\n')
  assert.deepEqual(said({ 'README.md': apart, 'one.sh': lines[0] ?? '', 'other.sh': lines[1] ?? '' }), [])
  assert.deepEqual(said({ 'deploy.sh': `${lines[0] ?? ''}\n# ${lines[1] ?? ''}` }), [])
})
