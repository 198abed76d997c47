import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentChecks } from '../../../../src/adapters/kubernetes/checks/documents.ts'
import { sampleInput } from '../audit-sample.ts'

const FILES: Readonly<Record<string, string>> = {
  'GUIDE.md': '# Set up\n',
  'overlays/dev/kustomization.yaml': '',
  'deploy.sh': 'case $1 in\n  --dry-run) a ;;\nesac\n',
}

const run = (text: string, files = FILES): readonly string[] => {
  const all = { ...files, 'docs/README.md': text }
  const input = sampleInput('kind: Service\n---\nkind: Service\n---\nkind: NetworkPolicy\n', {
    folder: '/somewhere/k8s',
    files: Object.entries(all).map(([path, content]) => ({ path, text: content })),
  })
  return documentChecks.flatMap((check) => check.run(input)).map(({ message }) => message)
}

const shell = (line: string): string => `\`\`\`sh\n${line}\n\`\`\`\n`

test('D06 passes links, blocks, paths, scripts and counts that hold', () => {
  for (const text of [
    '[guide](../GUIDE.md#set-up) [out](../../docs/x.md) [web](https://x.test) [here](#top)\n\n# Top\n',
    '![picture](../docs/shot.png) [folder](../overlays/dev)',
    '```yaml\na: 1\n---\nb: 2\n```\n',
    shell('kubectl apply -k k8s/overlays/dev'),
    shell('kubectl apply -k overlays/$env && kubectl apply -f https://x.test/a.yaml'),
    shell('kubectl get x > secrets.yaml\nkubectl apply -f secrets.yaml'),
    shell('./k8s/deploy.sh --dry-run --help'),
    'Run `deploy.sh` or `scripts/other.sh`.',
    'It renders 2 Services, 1 NetworkPolicies, 3 objects; the 5 services run on ports 8000 to 8004.',
  ]) {
    assert.deepEqual(run(text), [], text)
  }
})

test('D06 finds what does not hold', () => {
  for (const [text, words] of [
    ['[a](../NONE.md)', /\.\.\/NONE\.md leads nowhere/],
    ['[a](../GUIDE.md#tear-down)', /there is no such heading/],
    ['[a](#nowhere)', /there is no such heading/],
    ['```yaml\na: 1\na: 2\n```\n', /the block is no YAML/],
    [shell('kubectl apply -k k8s/overlays/test'), /there is no k8s\/overlays\/test/],
    [shell('kubectl kustomize overlays/test'), /there is no overlays\/test/],
    [shell('./k8s/deploy.sh --force'), /deploy\.sh takes no option force/],
    ['Run `cleanup-k8s.sh`.', /there is no script cleanup-k8s\.sh/],
    ['It has 13 Services.', /says 13 Services; the builds have 2/],
    ['In all 32 resources.', /says 32 resources; the builds have 3/],
  ] as const) {
    assert.match(run(text).join('\n'), words, text)
  }
})

test('D06 gives the line of what it finds in a block', () => {
  const files = [{ path: 'README.md', text: 'a\n\n```yaml\nb: 1\nb: 2\n```\n' }]
  const problems = documentChecks.flatMap((check) => check.run(sampleInput('', { files })))
  assert.deepEqual(
    problems.map(({ file, line }) => [file, line]),
    [['README.md', 5]],
  )
})
