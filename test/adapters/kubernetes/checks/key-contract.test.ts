import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SourceFile } from '../../../../src/adapters/kubernetes/check.ts'
import { keyContractChecks } from '../../../../src/adapters/kubernetes/checks/key-contract.ts'
import type { ValueRecord } from '../../../../src/adapters/kubernetes/value.ts'
import { sampleInput } from '../audit-sample.ts'
import { problemsOf } from '../check-run.ts'

const settings = { secrets: { keys: { keys: ['a', 'b'], optional: ['c'] } } }
const found = (files: readonly SourceFile[], own: ValueRecord = settings): readonly string[] =>
  problemsOf(keyContractChecks, 'X08', sampleInput('', { files, settings: own })).map(
    ({ file, line, message }) => `${file ?? ''}:${line ?? 0}: ${message}`,
  )
const guide = (...blocks: readonly string[]): SourceFile => ({ path: 'GUIDE.md', text: blocks.join('\n') })
const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`
const externalText = (...keys: readonly string[]): string => {
  const data = keys.map((key) => `{ secretKey: ${key} }`).join(', ')
  return `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: keys }\nspec: { data: [${data}] }`
}

test('four ways with the keys of the contract pass X08', () => {
  const files = [
    guide(
      block(
        'sh',
        'kubectl create secret generic keys \\\n  --from-literal=a=1 --from-file=b=/tmp/b --from-literal c=2',
      ),
      block('yaml', externalText('a', 'b')),
      block('bash', 'vault kv put -mount=secret shop/keys a=1 b=@b'),
    ),
    {
      path: 'sealed.yaml',
      text: 'apiVersion: v1\nkind: SealedSecret\nmetadata: { name: keys }\nspec: { encryptedData: { a: x, b: y } }',
    },
  ]
  assert.deepEqual(found(files), [])
})

test('X08 names the block whose keys differ', () => {
  const files = [
    guide(
      '# Guide',
      block('sh', 'kubectl create secret generic keys --from-literal=a=1'),
      block('yaml', `---\n${externalText('a', 'z')}`),
    ),
  ]
  assert.deepEqual(found(files), [
    'GUIDE.md:3: Secret keys here lacks b, other than by audit.yaml',
    'GUIDE.md:8: Secret keys here lacks b and has z, other than by audit.yaml',
  ])
})

test('without a contract all ways must agree with the first', () => {
  const files = [
    {
      path: 'secret.yaml',
      text: 'apiVersion: v1\nkind: Secret\nmetadata: { name: other }\nstringData: { a: x }',
    },
    guide(block('sh', 'kubectl create secret generic other --from-literal=b=1')),
  ]
  assert.deepEqual(found(files, {}), [
    'GUIDE.md:2: Secret other here lacks a and has b, other than by secret.yaml',
  ])
})

test('scripts in other words than a contract are not guessed at', () => {
  const files = [
    guide(
      block('sh', 'kubectl create secret generic keys --from-literal="$key=$value"\nkubectl get secret keys'),
      block('sh', 'kubectl create secret tls keys --cert=a --key=b\nvault kv get secret/keys'),
      block('yaml', 'kind: [broken'),
      block('json', '{}'),
    ),
    {
      path: 'create.ps1',
      text: 'kubectl create secret generic keys `\n  --from-literal=a=1 --from-literal=b=2',
    },
  ]
  assert.deepEqual(found(files), [])
})
