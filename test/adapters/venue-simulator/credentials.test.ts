import assert from 'node:assert/strict'
import { test } from 'node:test'
import { denyKey, denySigned } from '../../../src/adapters/venue-simulator/credentials.ts'

/** The key, secret and signature that Binance publishes as its example. */
const example = {
  apiKey: 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A',
  secret: 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
} as const
const SIGNED_MS = 1_499_827_319_559
const TEXT =
  'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559'
const SIGNATURE = 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71'

const deny = (query: string, nowMs: number): number | null =>
  denySigned(example, { apiKey: example.apiKey, query, params: new URLSearchParams(query) }, nowMs)?.refusal
    .code ?? null

test('the published example of a signature is right, and any other wrong', () => {
  assert.equal(deny(`${TEXT}&signature=${SIGNATURE}`, SIGNED_MS), null)
  assert.equal(deny(`${TEXT}&signature=${SIGNATURE.replace('c', 'd')}`, SIGNED_MS), -1022)
  assert.equal(deny(`${TEXT.replace('BUY', 'SELL')}&signature=${SIGNATURE}`, SIGNED_MS), -1022)
  assert.equal(deny(TEXT, SIGNED_MS), -1022)
})

test('what is older than recvWindow, or more than a second ahead, is refused', () => {
  const query = `${TEXT}&signature=${SIGNATURE}`
  assert.equal(deny(query, SIGNED_MS + 5_000), null)
  assert.equal(deny(query, SIGNED_MS + 5_001), -1021)
  assert.equal(deny(query, SIGNED_MS - 1_000), null)
  assert.equal(deny(query, SIGNED_MS - 1_001), -1021)
})

test('without the key of the account nothing goes', () => {
  assert.equal(denyKey(example, undefined)?.refusal.code, -2014)
  assert.equal(denyKey(example, 'other')?.refusal.code, -2015)
  assert.equal(denyKey(example, example.apiKey), null)
})
