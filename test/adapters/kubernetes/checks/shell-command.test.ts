import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseShell } from '../../../../src/adapters/kubernetes/checks/shell-command.ts'

const wordsOf = (script: string): readonly (readonly string[])[] =>
  parseShell(script).map((command) => command.map(({ text }) => text))

test('commands end at separators, lines and brackets', () => {
  assert.deepEqual(wordsOf('a b; c && d | e\nf; (g)'), [['a', 'b'], ['c'], ['d'], ['e'], ['f'], ['g']])
})

test('quotes hold words together, comments and redirections go', () => {
  assert.deepEqual(wordsOf(`a "b c" 'd "e"' f\\ g # h\ni > /dev/null 2>&1 j`), [
    ['a', 'b c', 'd "e"', 'f g'],
    ['i', 'j'],
  ])
})

test('words before which a command begins are no commands', () => {
  assert.deepEqual(wordsOf('if ! a; then exec b; fi'), [['a'], ['b']])
})

test('a word knows the variables and commands that the shell puts into it', () => {
  const [command = []] = parseShell('a "$B-${C:-x}" \'$D\' "$(cat "$E")" `f`')
  assert.deepEqual(command[1]?.variables, ['B', 'C'])
  assert.deepEqual(command[2], { text: '$D', variables: [], substitutions: [] })
  assert.deepEqual(command[3]?.substitutions, ['cat "$E"'])
  assert.deepEqual(command[4]?.substitutions, ['f'])
})

test('a here-document is no argument', () => {
  assert.deepEqual(wordsOf("cat <<'END' > /a\nrequirepass $SECRET\nEND\nb"), [['cat'], ['b']])
})

test('what is not closed ends with the text', () => {
  assert.deepEqual(wordsOf(`a "b`), [['a', 'b']])
  assert.deepEqual(wordsOf(`a 'b`), [['a', 'b']])
  assert.equal(parseShell('a $(b')[0]?.[1]?.substitutions[0], 'b')
  assert.deepEqual(wordsOf('a $'), [['a', '$']])
})
