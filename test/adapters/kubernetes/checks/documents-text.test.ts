import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  commandsOf,
  isPowershell,
  isShell,
  isYaml,
  readDocument,
} from '../../../../src/adapters/kubernetes/checks/documents-text.ts'

test('blocks are read with their language and place', () => {
  const { blocks, prose } = readDocument(
    'a\n\n```bash\nb\nc\n```\nd\n~~~yaml\ne: 1\n~~~\n````md\n```\nf\n````\n',
  )
  assert.deepEqual(blocks, [
    { language: 'bash', text: 'b\nc', line: 4 },
    { language: 'yaml', text: 'e: 1', line: 9 },
    { language: 'md', text: '```\nf', line: 12 },
  ])
  assert.deepEqual(
    prose.filter(({ text }) => text !== '').map(({ line }) => line),
    [1, 7],
  )
  assert.deepEqual(
    blocks.map((block) => [isShell(block), isYaml(block), isPowershell(block)]),
    [
      [true, false, false],
      [false, true, false],
      [false, false, false],
    ],
  )
})

test('a block that is never closed goes to the end', () => {
  assert.equal(readDocument('```sh\na').blocks[0]?.text, 'a')
})

test('links are read where they stand, but not in code', () => {
  const { links } = readDocument('[a](b.md "t") and [c](<d.md#e>) `[x](y)`\n[ref]: https://f.test\n')
  assert.deepEqual(links, [
    { target: 'b.md', line: 1 },
    { target: 'd.md#e', line: 1 },
    { target: 'https://f.test', line: 2 },
  ])
})

test('anchors are made as GitHub makes them', () => {
  const { anchors } = readDocument('# What is `kubectl`?\n## A [b](c)\n## A b\n<a id="here"></a>\n')
  assert.deepEqual(anchors, ['what-is-kubectl', 'a-b', 'a-b-1', 'here'])
})

test('where a block has prompts, what has none is output', () => {
  const block = { language: 'console', text: '$ kubectl get x\nNAME\n$ ls', line: 1 }
  assert.equal(commandsOf(block), 'kubectl get x\n\nls')
  assert.equal(commandsOf({ ...block, text: 'ls' }), 'ls')
})
