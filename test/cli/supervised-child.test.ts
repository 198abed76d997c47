import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/adapters/system/clock.ts'
import { superviseChild } from '../../src/cli/supervised-child.ts'
import type { SupervisedChild } from '../../src/cli/supervised-child.ts'

type Ending = Readonly<{ why: string; isFinal: boolean }>
type Watched = Readonly<{
  child: SupervisedChild
  nextLine(): Promise<string>
  nextEnd(): Promise<Ending>
}>

/** Items as they come, one for each that is asked for. */
function createQueue<T>(): Readonly<{ push(item: T): void; next(): Promise<T> }> {
  const items: T[] = []
  const waiting: ((item: T) => void)[] = []
  return {
    push(item) {
      const taker = waiting.shift()
      if (taker === undefined) items.push(item)
      else taker(item)
    },
    next() {
      const item = items.shift()
      return item === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(item)
    },
  }
}

function supervise(...argv: string[]): Watched {
  const lines = createQueue<string>()
  const ends = createQueue<Ending>()
  const child = superviseChild({
    ...{ name: 'child', argv, environment: process.env, clock: systemClock, onLine: lines.push },
    onEnd(why, isFinal) {
      ends.push({ why, isFinal })
    },
  })
  return { child, nextLine: lines.next, nextEnd: ends.next }
}

test('a child that is killed is started again, and stopped when that is asked for', async () => {
  const { child, nextLine, nextEnd } = supervise('venue', '--port', '0')
  try {
    assert.match(await nextLine(), /^cdb: venue of /)
    const first = child.pid()
    process.kill(first, 'SIGKILL')
    assert.deepEqual(await nextEnd(), { why: 'SIGKILL', isFinal: false })
    assert.match(await nextLine(), /^cdb: venue of /)
    assert.notEqual(child.pid(), first)
    assert.equal(child.restarts(), 1)
  } finally {
    await child.stop()
  }
  assert.throws(() => process.kill(child.pid(), 0), { code: 'ESRCH' })
})

test('a child that ends by itself at its first start is given up, with its words', async () => {
  const { child, nextLine, nextEnd } = supervise('venue', '--seed', 'luck')
  assert.match(await nextLine(), /^cdb: CDB_USAGE: --seed luck /)
  assert.deepEqual(await nextEnd(), { why: 'exit code 2', isFinal: true })
  await child.stop()
  assert.equal(child.restarts(), 0)
})
