import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert, TradingEvent } from '../../src/domain/event.ts'
import type { Lease, LeaseStore, Role } from '../../src/engine/lease.ts'
import { tradingHash } from '../../src/engine/trading-hash.ts'
import type { Draft, Step, TradingEntry, TradingLog } from '../../src/engine/trading-log.ts'
import type { ScopeStates } from '../../src/engine/trading-state.ts'
import { digest } from '../../src/adapters/system/digest.ts'
import { command, limitOrder } from '../engine/controls/facts.ts'
import { signalAt } from '../engine/risk/feed.ts'

/** A trading log of an account that nobody has written on, opened by two, and the leases that fence it. */
export type TradingLogHarness = Readonly<{
  log: TradingLog
  other: TradingLog
  leases: LeaseStore
  /** Lets all leases that are held run out. */
  expireAll(): Promise<void>
  end(): Promise<void>
}>

type Check = (fact: string, body: (stage: TradingLogHarness) => Promise<void>) => void

const note = (message: string): Alert => ({
  kind: 'alert',
  eventMs: 1_700_000_000_000,
  level: 'info',
  code: 'NOTE',
  scope: 'global',
  message,
})

const draftsOf = (...events: readonly TradingEvent[]): readonly Draft[] =>
  events.map((event) => ({ event, causeSeq: 0, marketSeq: 0 }))

const notes = (...messages: readonly string[]): readonly Draft[] => draftsOf(...messages.map(note))

const halt = (changes: Parameters<typeof command>[0] = {}): TradingEvent =>
  command({ action: 'halt', scope: 'global', subject: '', ...changes })

/** A step of a writer that leads. */
const stepOf = (lease: Lease, drafts: Step['drafts'], cursor: Step['cursor'] = null): Step => ({
  writer: lease.role === 'signal' ? 'signal' : lease.role === 'execution' ? 'execution' : 'risk',
  lease,
  cursor,
  drafts,
})

/** A step of people, whom no lease fences. */
const byPeople = (...events: readonly TradingEvent[]): Step => ({
  ...{ writer: 'control', lease: null, cursor: null, drafts: draftsOf(...events) },
})

async function lead(leases: LeaseStore, role: Role = 'risk', owner = 'a'): Promise<Lease> {
  const lease = await leases.acquire(role, 0, owner)
  assert(lease !== null, 'the lease is free')
  return lease
}

const messagesOf = (entries: readonly TradingEntry[]): readonly string[] =>
  entries.map(({ event }) => ('message' in event ? event.message : event.kind))

const fenced = { code: 'CDB_FENCED' }
const conflict = { code: 'CDB_LOG_CONFLICT' }

/** What every TradingLog does; each adapter's test calls it. */
export function testTradingLog(name: string, harness: () => Promise<TradingLogHarness>): void {
  const check: Check = (fact, body) => {
    test(`${name}: ${fact}`, async () => {
      const stage = await harness()
      try {
        await body(stage)
      } finally {
        await stage.end()
      }
    })
  }
  testAppending(check)
  testChain(check)
  testHearingTwice(check)
  testFencing(check)
  testStates(check)
}

function testAppending(check: Check): void {
  check('a new log is empty, and every consumer is at its beginning', async ({ log }) => {
    assert.equal(await log.headSeq(), 0)
    assert.equal(await log.cursor('risk'), 0)
    assert.equal(await log.cursor('execution'), 0)
    assert.deepEqual(await log.read(0, 10), [])
  })

  check(
    'what was committed is returned and read back as it was, by any reader',
    async ({ log, other, leases }) => {
      const lease = await lead(leases)
      const texts = ['plain', 'a "quote", \u00fc, \\ and a\nline', 'zero \u0000 and \u{1f40d}']
      const given = await log.commit(
        stepOf(
          lease,
          texts.map((text, index) => ({ event: note(text), causeSeq: index, marketSeq: 7 * index })),
        ),
      )
      assert.deepEqual(messagesOf(given), texts)
      assert.deepEqual(
        given.map(({ seq, causeSeq, marketSeq, writer, epoch }) => ({
          seq,
          causeSeq,
          marketSeq,
          writer,
          epoch,
        })),
        [1, 2, 3].map((seq) => ({
          ...{ seq, causeSeq: seq - 1, marketSeq: 7 * (seq - 1), writer: 'risk', epoch: 1 },
        })),
      )
      assert.deepEqual(await other.read(0, 10), given)
      assert.equal(await other.headSeq(), 3)
    },
  )

  check('reading begins after the number given and stops at the count', async ({ log, leases }) => {
    const lease = await lead(leases)
    await log.commit(stepOf(lease, notes('1', '2', '3', '4', '5')))
    assert.deepEqual(messagesOf(await log.read(1, 3)), ['2', '3', '4'])
    assert.deepEqual(await log.read(5, 3), [])
  })
}

function testChain(check: Check): void {
  check(
    'the chain covers writer and epoch, over the commits of several writers',
    async ({ log, other, leases }) => {
      const [risk, signal] = [await lead(leases), await lead(leases, 'signal', 'b')]
      await log.commit(stepOf(risk, notes('1', '2')))
      await other.commit(stepOf(signal, notes('3')))
      await other.commit(byPeople(halt()))
      await log.commit(stepOf(risk, notes('5')))
      let prevHash = ''
      for (const { event, hash, ...entry } of await log.read(0, 10)) {
        assert.equal(entry.prevHash, prevHash, `${event.kind} follows`)
        assert.equal(hash, tradingHash(digest, entry))
        prevHash = hash
      }
      const writers = (await log.read(0, 10)).map(({ writer, epoch }) => `${writer}/${epoch}`)
      assert.deepEqual(writers, ['risk/1', 'risk/1', 'signal/1', 'control/0', 'risk/1'])
    },
  )

  check('two writers at once leave no gap and lose nothing', async ({ log, other, leases }) => {
    const [risk, signal] = [await lead(leases), await lead(leases, 'signal', 'b')]
    const write = async (target: TradingLog, lease: Lease): Promise<void> => {
      for (let index = 0; index < 25; index++) {
        await target.commit(stepOf(lease, notes(`${lease.role} ${index}`, `${lease.role} ${index}b`)))
      }
    }
    await Promise.all([write(log, risk), write(other, signal)])
    const entries = await log.read(0, 200)
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      Array.from({ length: 100 }, (_, index) => index + 1),
    )
    for (const writer of ['risk', 'signal']) {
      const own = messagesOf(entries.filter((entry) => entry.writer === writer))
      assert.deepEqual(
        own,
        Array.from({ length: 25 }, (_, index) => [`${writer} ${index}`, `${writer} ${index}b`]).flat(),
      )
    }
  })
}

function testHearingTwice(check: Check): void {
  const order = limitOrder('50000')
  const about = {
    ...{ clientOrderId: order.clientOrderId, account: order.account, instrument: order.instrument },
    eventMs: order.decidedMs,
  }
  const approved: TradingEvent = { kind: 'approved', eventMs: order.decidedMs, order }

  check('a signal or command that is heard again is left out, in the same commit or later', async (stage) => {
    const { log, leases } = stage
    const signal = await lead(leases, 'signal')
    const wish = signalAt(1, '100')
    const first = await log.commit(stepOf(signal, draftsOf(wish, wish, signalAt(2, '100'))))
    assert.equal(first.length, 2)
    assert.deepEqual(
      await log.commit(stepOf(signal, draftsOf({ ...wish, price: signalAt(1, '101').price }))),
      [],
    )
    assert.equal((await log.commit(byPeople(halt({ id: 'h' })))).length, 1)
    assert.deepEqual(await log.commit(byPeople(halt({ id: 'h' }))), [])
    assert.equal(await log.headSeq(), 3)
  })

  check(
    'a second approval or submission of an order is refused, with all that came with it',
    async (stage) => {
      const { log, leases } = stage
      const risk = await lead(leases)
      const execution = await lead(leases, 'execution')
      await log.commit(stepOf(risk, draftsOf(approved)))
      await assert.rejects(log.commit(stepOf(risk, [...notes('beside'), ...draftsOf(approved)])), conflict)
      await log.commit(stepOf(execution, draftsOf({ kind: 'submitting', ...about })))
      const again = stepOf(execution, () => draftsOf({ kind: 'submitting', ...about }), {
        ...{ consumer: 'execution', fromSeq: 0, toSeq: 1 },
      })
      await assert.rejects(log.commit(again), conflict)
      assert.equal(await log.headSeq(), 2)
      assert.equal(await log.cursor('execution'), 0)
    },
  )

  check('a report of an order is there once, whoever heard it', async ({ log, leases }) => {
    const risk = await lead(leases)
    const execution = await lead(leases, 'execution')
    await log.commit(stepOf(risk, draftsOf(approved)))
    await log.commit(stepOf(execution, draftsOf({ kind: 'submitting', ...about })))
    const accepted: TradingEvent = { kind: 'accepted', ...about, venueOrderId: 'v' }
    assert.equal((await log.commit(stepOf(execution, draftsOf(accepted)))).length, 1)
    assert.deepEqual(await log.commit(stepOf(execution, draftsOf(accepted))), [])
  })
}

function testFencing(check: Check): void {
  check('a cursor moves with the entries, and only from where its writer left it', async (stage) => {
    const { log, leases } = stage
    const lease = await lead(leases)
    await log.commit(stepOf(lease, notes('1', '2', '3')))
    const move = (fromSeq: number, toSeq: number, drafts: readonly Draft[]): Step =>
      stepOf(lease, drafts, { consumer: 'risk', fromSeq, toSeq })
    await log.commit(move(0, 2, notes('4')))
    assert.equal(await log.cursor('risk'), 2)
    await log.commit(move(2, 3, []))
    assert.equal(await log.cursor('risk'), 3)
    for (const [from, to] of [
      [0, 4],
      [2, 4],
      [4, 5],
    ] as const) {
      await assert.rejects(log.commit(move(from, to, notes('lost'))), conflict)
    }
    assert.equal(await log.cursor('risk'), 3)
    assert.equal(await log.cursor('execution'), 0)
    assert.equal(await log.headSeq(), 4)
  })

  check('an owner of old is refused once another has the lease, and leaves nothing', async (stage) => {
    const { log, other, leases } = stage
    const old = await lead(leases)
    await log.commit(stepOf(old, notes('1')))
    await stage.expireAll()
    const next = await lead(leases, 'risk', 'b')
    const cursor = { consumer: 'risk', fromSeq: 0, toSeq: 1 } as const
    await assert.rejects(log.commit(stepOf(old, notes('late'), cursor)), fenced)
    await assert.rejects(log.commit(stepOf(old, () => notes('late'), cursor)), fenced)
    await assert.rejects(log.commit(stepOf(old, [], cursor)), fenced)
    await assert.rejects(log.commit(stepOf({ ...old, epoch: 2 }, notes('late'))), fenced)
    await assert.rejects(log.commit(stepOf({ ...next, epoch: 3 }, notes('early'))), fenced)
    assert.equal(await log.cursor('risk'), 0)
    await other.commit(stepOf(next, notes('2'), cursor))
    assert.deepEqual(messagesOf(await log.read(0, 10)), ['1', '2'])
    assert.deepEqual((await log.read(0, 10)).at(-1)?.epoch, 2)
  })

  check('a lease that has run out is refused although nobody has taken it over', async (stage) => {
    const { log, leases } = stage
    const lease = await lead(leases)
    await stage.expireAll()
    await assert.rejects(log.commit(stepOf(lease, notes('late'))), fenced)
    assert.equal(await leases.renew(lease), true)
    await log.commit(stepOf(lease, notes('in time')))
    assert.deepEqual(messagesOf(await log.read(0, 10)), ['in time'])
  })

  check('a lease of one role is none of another', async ({ log, leases }) => {
    const lease = await lead(leases, 'signal')
    await assert.rejects(log.commit(stepOf({ ...lease, role: 'risk' }, notes('1'))), fenced)
  })
}

function testStates(check: Check): void {
  check('who decides within the commit sees what people have ordered until then', async (stage) => {
    const { log, other, leases } = stage
    const lease = await lead(leases, 'execution')
    const decide = (states: ScopeStates): readonly Draft[] =>
      notes([...states].map((each) => each.join(' ')).join() || 'nothing')
    const look = async (): Promise<string> => messagesOf(await log.commit(stepOf(lease, decide))).join()
    assert.equal(await look(), 'nothing')
    await other.commit(byPeople(halt()))
    await other.commit(byPeople(halt({ id: 'r', action: 'reduceOnly', scope: 'strategy:s' })))
    assert.equal((await look()).split(',').sort().join(), 'global halted,strategy:s reduceOnly')
    await other.commit(byPeople(halt({ id: 'g', action: 'resume' })))
    assert.equal(await look(), 'strategy:s reduceOnly')
  })

  check('who decides to write nothing still moves the cursor', async ({ log, leases }) => {
    const lease = await lead(leases, 'execution')
    await log.commit(stepOf(lease, notes('1')))
    await log.commit(stepOf(lease, () => [], { consumer: 'execution', fromSeq: 0, toSeq: 1 }))
    assert.equal(await log.cursor('execution'), 1)
    assert.equal(await log.headSeq(), 1)
  })

  check('a kill under a crowd of submissions is committed, and none after it sees less', async (stage) => {
    const { log, other, leases } = stage
    const lease = await lead(leases, 'execution')
    const sawHalt: boolean[] = []
    const submit = (): Promise<unknown> =>
      log.commit(
        stepOf(lease, (states) => {
          const isHalted = states.get('global') === 'halted'
          sawHalt.push(isHalted)
          return notes(isHalted ? 'refused' : 'sent')
        }),
      )
    const crowd = Array.from({ length: 40 }, submit)
    const killed = other.commit(byPeople(halt()))
    await Promise.all([...crowd, killed])
    await submit()
    const words = (await log.read(0, 100)).map(({ event }) =>
      event.kind === 'command' ? 'kill' : 'message' in event ? event.message : '',
    )
    const at = words.indexOf('kill')
    assert(at >= 0)
    assert(words.slice(0, at).every((word) => word === 'sent'))
    assert(words.slice(at + 1).every((word) => word === 'refused'))
    assert.equal(words.at(-1), 'refused')
  })
}
