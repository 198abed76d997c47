import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isEntry,
  isFixed,
  kubectlCalls,
  optionNames,
  optionOf,
  parseLines,
  parseScript,
  plainWords,
  scriptsOf,
  splitWords,
  wholeLines,
} from '../../../../src/adapters/kubernetes/checks/scripts-source.ts'
import type { KubectlCall } from '../../../../src/adapters/kubernetes/checks/scripts-source.ts'

const callOf = (text: string): KubectlCall => ({ path: 'a.sh', line: 1, words: splitWords(text) })
const wordsOf = (path: string, text: string): readonly string[] =>
  kubectlCalls(path, parseScript({ path, text }).lines).map(({ words }) => words.join(' '))

test('scripts are told by their names, and their shell by name and first line', () => {
  const files = [
    { path: 'a.sh', text: '#!/usr/bin/env bash\n' },
    { path: 'b.sh', text: '#!/bin/sh\n' },
    { path: 'c.ps1', text: '' },
    { path: 'd.yaml', text: '' },
  ]
  assert.deepEqual(
    scriptsOf({ files }).map(({ path, shell }) => [path, shell]),
    [
      ['a.sh', 'bash'],
      ['b.sh', 'sh'],
      ['c.ps1', 'powershell'],
    ],
  )
})

test('a command over several lines is one, comments and here-documents are none', () => {
  const lines = parseLines("a \\\n  b # c\n# d\ncat <<'END'\nkubectl get x\nEND\necho '#'\n", '\\')
  assert.deepEqual(
    lines.map(({ line, text }) => [line, text.replaceAll(/\s+/g, ' ')]),
    [
      [1, 'a b'],
      [4, "cat <<'END'"],
      [7, "echo '#'"],
    ],
  )
})

test('the rows of a text over several lines are told apart, in both shells', () => {
  for (const [path, text] of [
    ['a.sh', "calls='\nready  get --raw=/readyz\n'\nkubectl version\n"],
    ['a.ps1', "$calls = @'\nready  get --raw=/readyz\n'@\nkubectl version\n"],
  ] as const) {
    assert.deepEqual(
      parseScript({ path, text }).lines.map(({ line, isRow }) => [line, isRow]),
      [
        [1, false],
        [2, true],
        [4, false],
      ],
    )
    assert.deepEqual(wordsOf(path, text), ['get --raw=/readyz', 'version'])
  }
})

test('calls are found wherever a command can stand, without what is no part of them', () => {
  const text = [
    'x=$(kubectl get pods -n "a b" 2>/dev/null) || true',
    'if ! kubectl version --client; then exit 1; fi',
    'kubectl scale deployment x --replicas 2',
    'command -v kubectl >/dev/null',
    'my-kubectl get x',
    'echo kubectl is fine',
  ].join('\n')
  assert.deepEqual(wordsOf('a.sh', text), [
    'get pods -n a b',
    'version --client',
    'scale deployment x --replicas 2',
  ])
})

test('an option is found in each way that it can be written', () => {
  for (const text of ['get x -n a', 'get x -na', 'get x --namespace=a', 'get x --namespace a']) {
    assert.equal(optionOf(callOf(text), '-n', '--namespace'), 'a', text)
  }
  assert.equal(optionOf(callOf('get x --no-headers'), '-n', '--namespace'), undefined)
  assert.equal(optionOf(callOf('get x -n'), '-n'), '')
})

test('plain words are neither options nor their values', () => {
  assert.deepEqual(plainWords(callOf('get -n a deployment x --watch -o yaml y -- z')), [
    ...['get', 'deployment', 'x', 'y'],
  ])
})

test('a word with something left to fill in is not fixed', () => {
  for (const word of ['$x', '{x}', '<x>', 'a*', '', '...']) assert.equal(isFixed(word), false, word)
  assert.equal(isFixed('cdb-ws'), true)
})

test('options are those of the labels of a case and of param', () => {
  const bash = parseScript({
    path: 'a.sh',
    text: 'case $1 in\n  --dry-run) a ;;\n  -e | --environment) b ;;\n  --help) c ;;\n  *) d ;;\nesac\n',
  })
  assert.deepEqual(optionNames(bash, bash.lines), ['dryrun', 'environment'])
  for (const text of [
    "param(\n  [ValidateSet('dev', 'prod')] [string] $Environment,\n  [switch] $DryRun,\n  $Help\n)\n$other = 1\n",
    'param([string] $Environment = (Get-Name 1), [switch] $DryRun)\n$x = 2\n',
  ]) {
    const script = parseScript({ path: 'a.ps1', text })
    assert.deepEqual(optionNames(script, script.lines), ['dryrun', 'environment'])
  }
  const none = parseScript({ path: 'a.ps1', text: '$x = 1\n' })
  assert.deepEqual(optionNames(none, none.lines), [])
})

test('what a script reads in is part of it, and no script by itself', () => {
  for (const [suffix, line] of [
    ['sh', 'source "$here/part.sh"'],
    ['ps1', '. "$PSScriptRoot/part.ps1"'],
  ] as const) {
    const all = scriptsOf({
      files: [
        { path: `k8s/main.${suffix}`, text: line },
        { path: `k8s/part.${suffix}`, text: 'kubectl version' },
      ],
    })
    const [main, part] = all
    assert.ok(main !== undefined && part !== undefined)
    assert.deepEqual([isEntry(main, all), isEntry(part, all)], [true, false])
    assert.deepEqual(
      wholeLines(main, all).map(({ text }) => text),
      [line, 'kubectl version'],
    )
  }
})
