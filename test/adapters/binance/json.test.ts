import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  flagOf,
  integerOf,
  parseList,
  parseObject,
  textOf,
  toObject,
} from '../../../src/adapters/binance/json.ts'

test('fields are read by name and type, and only own ones', () => {
  const json = parseObject('{"a":"x","b":5,"c":true,"__proto__":{"d":"y"}}')
  assert.deepEqual([textOf(json, 'a'), integerOf(json, 'b'), flagOf(json, 'c')], ['x', 5, true])
  assert.throws(() => textOf(json, 'd'), TypeError)
  assert.throws(() => textOf(json, 'toString'), TypeError)
  assert.throws(() => integerOf(json, 'a'), TypeError)
  assert.throws(() => flagOf(json, 'b'), TypeError)
  assert.throws(() => integerOf(parseObject('{"b":9007199254740993}'), 'b'), TypeError)
})

test('what is no object or list is refused', () => {
  for (const text of ['[]', 'null', '5', '"x"']) assert.throws(() => parseObject(text), TypeError)
  assert.throws(() => parseList('{}'), TypeError)
  assert.throws(() => parseList('[1]'), TypeError)
  assert.throws(() => parseObject('{'), SyntaxError)
  assert.throws(() => toObject([]), TypeError)
  assert.deepEqual(parseList('[{"a":1}]'), [{ a: 1 }])
})
