import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textTable, wrapText } from '../../src/cli/text-table.ts'

test('columns are as wide as their widest cell, without blanks at the end', () => {
  const rows = [
    ['a', '1', 'long text'],
    ['long', '100', 'x'],
  ]
  assert.deepEqual(textTable(rows, ['left', 'right']), ['a       1  long text', 'long  100  x'])
})

test('rows may have fewer cells than others', () => {
  assert.deepEqual(textTable([['a'], ['b', 'c']]), ['a', 'b  c'])
  assert.deepEqual(textTable([]), [])
})

test('words are broken at blanks, a word that is too long stands alone', () => {
  assert.deepEqual(wrapText('one two three', 7), ['one two', 'three'])
  assert.deepEqual(wrapText('incomprehensible it is', 5), ['incomprehensible', 'it is'])
  assert.deepEqual(wrapText('', 5), [])
})
