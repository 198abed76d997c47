import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redactFields, redactText } from '../../../src/adapters/system/redaction.ts'

const CANARY = 'c4nary-s3cret'

test('passwords of addresses and secrets of requests are taken out of text, the rest stays', () => {
  for (const [text, shown] of [
    [`postgres://cdb:${CANARY}@db:5432/cdb is down`, 'postgres://cdb:[hidden]@db:5432/cdb is down'],
    [`rediss://:${CANARY}@redis`, 'rediss://:[hidden]@redis'],
    [`GET /order?symbol=A&signature=${CANARY}&x=1`, 'GET /order?symbol=A&signature=[hidden]&x=1'],
    [`apiKey=${CANARY} listenKey=${CANARY}`, 'apiKey=[hidden] listenKey=[hidden]'],
    [`{"X-MBX-APIKEY":"${CANARY}"}`, '{"X-MBX-APIKEY":"[hidden]"}'],
    ['https://api.binance.com/api/v3/time', 'https://api.binance.com/api/v3/time'],
    ['a@b.c and 12:30', 'a@b.c and 12:30'],
  ] as const) {
    assert.equal(redactText(text), shown)
  }
})

test('fields with the name of a secret are hidden whole, others are searched', () => {
  const fields = redactFields({
    ...{ password: CANARY, API_KEY: CANARY, listenKey: CANARY, accessToken: 5, secret: null },
    ...{ seq: 3, reason: `redis://u:${CANARY}@h`, isOpen: true },
  })
  assert(!JSON.stringify(fields).includes(CANARY))
  assert.deepEqual([fields['seq'], fields['isOpen'], fields['secret']], [3, true, null])
  assert.equal(fields['accessToken'], '[hidden]')
})
