import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { audit, invariants } from '../../src/adapters/postgres/audit.ts'
import { verifyChain } from '../../src/adapters/postgres/event-log.ts'
import { openPglite } from '../../src/adapters/postgres/pglite.ts'
import { databasePathOf } from '../../src/adapters/system/data-folder.ts'
import { digest } from '../../src/adapters/system/digest.ts'
import { createRandom } from '../../src/engine/random.ts'
import { runCdb, startCdb } from './process.ts'
import { writeTrades } from './tape-file.ts'

const KILLS = 12
const SEED = 20_240_808

type Summary = Readonly<{ journalHash: string; fills: number; orders: number; logEntries: number }>

const inFolder = async (body: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-kill-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Every invariant of the books, by SQL over the folder that the killed processes left. */
async function auditFolder(data: string): Promise<number> {
  const db = await openPglite(databasePathOf(data))
  try {
    const broken = (await audit(db)).filter((result) => result.broken > 0)
    assert.deepEqual(broken, [])
    return await verifyChain(db, digest)
  } finally {
    await db.close()
  }
}

test('killed at any instant and started again, a run loses nothing, doubles nothing and ends the same', async () => {
  await inFolder(async (folder) => {
    const tape = join(folder, 'trades.csv')
    writeTrades(tape, { seed: SEED, trades: 40_000 })
    const data = join(folder, 'data')
    const settings = [
      ...['--instrument', 'BTCUSDT.BINANCE', '--param', 'minVolume=0'],
      ...['--limit', 'C16.losses=1000', '--limit', 'C16.entriesMax=1000'],
    ]
    const session = ['up', '--recording', tape, '--data', data, '--speed', '250', ...settings]
    const random = createRandom(SEED, 'kill')
    let killed = 0
    let grown = 0
    let entries = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const cdb = startCdb(session)
      // The first falls while the database is made, every fourth while starting, the rest at work.
      if (kill === 0) await setTimeout(700 + random() * 800)
      else if (kill % 4 === 3) await setTimeout(200 + random() * 1_200)
      else {
        await cdb.says('data in')
        await setTimeout(random() * 900)
      }
      cdb.child.kill('SIGKILL')
      if ((await cdb.ended) === 'SIGKILL') killed += 1
      if (kill === 0) continue
      const now = await auditFolder(data)
      assert(now >= entries, 'what was committed stays')
      if (now > entries) grown += 1
      entries = now
    }
    assert.equal(killed, KILLS)
    assert(grown >= KILLS / 3, `the log grew in ${grown} of ${KILLS} sessions`)

    const last = await runCdb([
      'up',
      '--recording',
      tape,
      '--data',
      data,
      '--speed',
      'max',
      ...settings,
      '--json',
    ])
    assert.equal(last.code, 0, last.stderr)
    const whole = await runCdb(['backtest', tape, ...settings, '--json'])
    assert.equal(whole.code, 0, whole.stderr)
    const [there, here] = [JSON.parse(last.stdout) as Summary, JSON.parse(whole.stdout) as Summary]
    assert(here.fills > 10, 'the tape makes the strategy trade')
    assert.equal(there.journalHash, here.journalHash)
    assert.deepEqual([there.orders, there.fills], [here.orders, here.fills])
    assert.equal(await auditFolder(data), here.logEntries)
    const verified = await runCdb(['replay', '--verify', '--data', data])
    assert.equal(verified.code, 0, verified.stderr)
  })
})

test('every invariant can be broken: the audit is not blind', async () => {
  await inFolder(async (folder) => {
    const tape = join(folder, 'trades.csv')
    writeTrades(tape, { seed: SEED, trades: 8_000 })
    const data = join(folder, 'data')
    const made = await runCdb([
      ...['up', '--recording', tape, '--data', data, '--speed', 'max', '--param', 'minVolume=0'],
      ...['--instrument', 'BTCUSDT.BINANCE'],
    ])
    assert.equal(made.code, 0, made.stderr)
    const db = await openPglite(databasePathOf(data))
    try {
      await db.script('alter table event_log disable trigger all')
      const harm: readonly string[] = [
        'delete from event_log where seq = (select max(seq) from event_log)',
        `update event_log set prev_hash = 'other' where seq = 5`,
        'update orders set approved_seq = approved_seq + 1 where approved_seq = (select max(approved_seq) from orders)',
        `update orders set filled = filled / 2 where state = 'filled'`,
        `update orders set filled = filled / 2 where state = 'filled'`,
        'update fills set seq = 1 where seq = (select min(seq) from fills)',
        'update positions set quantity = quantity + 0.000000000001',
        'update cash set amount = amount - 0.000000000001',
        'update fees set amount = amount + 0.000000000001',
      ]
      assert.equal(harm.length, invariants.length)
      for (const [index, statement] of harm.entries()) {
        await db.script(`begin; ${statement}`)
        const results = await audit(db)
        await db.script('rollback')
        assert((results[index]?.broken ?? 0) > 0, `${statement} is found by: ${results[index]?.name ?? ''}`)
        assert((await audit(db)).every(({ broken }) => broken === 0))
      }
    } finally {
      await db.close()
    }
  })
})
