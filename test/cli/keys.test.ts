import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { userInfo } from 'node:os'
import { test } from 'node:test'
import { KEYS_HELP, readKeys } from '../../src/cli/keys.ts'

/** A terminal's input, with what was set on it. */
function keyboard(): Readonly<{ stdin: NodeJS.ReadStream; set: unknown[]; type(text: string): void }> {
  const set: unknown[] = []
  const emitter = new EventEmitter()
  const stdin = Object.assign(emitter, {
    setRawMode: (raw: boolean) => set.push(raw),
    setEncoding: (name: string) => set.push(name),
    resume: () => set.push('resume'),
    pause: () => set.push('pause'),
  }) as unknown as NodeJS.ReadStream
  return { stdin, set, type: (text) => emitter.emit('data', text) }
}

test('each key of the help is its command, signed by the user, and is taken once', () => {
  const { stdin, type } = keyboard()
  const keys = readKeys(stdin, () => undefined)
  type('hc')
  type('r?g')
  const commands = keys.take()
  assert.deepEqual(
    commands.map(({ action }) => action),
    ['halt', 'haltCancel', 'reduceOnly', 'resume'],
  )
  for (const { scope, actor, reason } of commands) {
    assert.deepEqual([scope, actor, reason], ['global', userInfo().username, 'keyboard'])
  }
  assert.deepEqual(keys.take(), [])
  for (const key of 'hcrgq') assert.match(KEYS_HELP, new RegExp(`\\b${key} `))
})

test('q quits and orders nothing; names that objects have are no keys', () => {
  const { stdin, type } = keyboard()
  let quits = 0
  const keys = readKeys(stdin, () => {
    quits += 1
  })
  type('q')
  type('constructor'.replaceAll(/[hcrgq]/g, ''))
  assert.equal(quits, 1)
  assert.deepEqual(keys.take(), [])
})

test('Ctrl-C, which a raw terminal sends as text, is the signal it would have been', async () => {
  const { stdin, type } = keyboard()
  const keys = readKeys(stdin, () => undefined)
  const heard = once(process, 'SIGINT')
  type('\u0003')
  assert.equal((await heard)[0], 'SIGINT')
  assert.deepEqual(keys.take(), [])
})

test('closing gives the terminal back as it was', () => {
  const { stdin, set, type } = keyboard()
  const keys = readKeys(stdin, () => undefined)
  keys.close()
  assert.deepEqual(set, [true, 'utf8', 'resume', false, 'pause'])
  type('h')
  assert.deepEqual(keys.take(), [])
})
