import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LeaseStore } from '../../src/engine/lease.ts'

/** A store of leases, and a way to let all that are held run out. */
export type LeaseHarness = Readonly<{ leases: LeaseStore; expireAll(): Promise<void>; end(): Promise<void> }>

type Check = (fact: string, body: (stage: LeaseHarness) => Promise<void>) => void

/** What every LeaseStore does; each adapter's test calls it. */
export function testLeaseStore(name: string, harness: () => Promise<LeaseHarness>): void {
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

  testAcquiring(check)
  testKeeping(check)
}

function testAcquiring(check: Check): void {
  check('one of many who ask at once is given the lease, with epoch 1', async ({ leases }) => {
    const owners = Array.from({ length: 8 }, (_, index) => `owner ${index}`)
    const given = await Promise.all(owners.map((owner) => leases.acquire('risk', 0, owner)))
    const held = given.filter((lease) => lease !== null)
    assert.equal(held.length, 1)
    assert.equal(held[0]?.epoch, 1)
    assert(owners.includes(held[0].owner))
  })

  check('a lease excludes others until it ends, and each new owner has the next epoch', async (stage) => {
    const { leases } = stage
    assert.deepEqual(await leases.acquire('risk', 0, 'a'), {
      ...{ role: 'risk', partition: 0, owner: 'a', epoch: 1 },
    })
    assert.equal(await leases.acquire('risk', 0, 'b'), null)
    await stage.expireAll()
    assert.equal((await leases.acquire('risk', 0, 'b'))?.epoch, 2)
    assert.equal(await leases.acquire('risk', 0, 'a'), null)
  })

  check('roles and partitions are led apart', async ({ leases }) => {
    for (const [role, partition] of [
      ['risk', 0],
      ['execution', 0],
      ['ws', 0],
      ['ws', 1],
    ] as const) {
      assert.equal((await leases.acquire(role, partition, 'a'))?.epoch, 1)
    }
  })
}

function testKeeping(check: Check): void {
  check('an owner renews, also after the end while nobody has taken over, and not after', async (stage) => {
    const { leases } = stage
    const lease = await leases.acquire('signal', 0, 'a')
    assert(lease !== null)
    assert.equal(await leases.renew(lease), true)
    await stage.expireAll()
    assert.equal(await leases.renew(lease), true)
    assert.equal(await leases.acquire('signal', 0, 'b'), null)
    await stage.expireAll()
    assert.equal((await leases.acquire('signal', 0, 'b'))?.epoch, 2)
    assert.equal(await leases.renew(lease), false)
  })

  check(
    'a lease that is handed over can be had at once, and only by its owner is it handed over',
    async (stage) => {
      const { leases } = stage
      const first = await leases.acquire('execution', 0, 'a')
      assert(first !== null)
      await leases.release(first)
      const second = await leases.acquire('execution', 0, 'b')
      assert.equal(second?.epoch, 2)
      await leases.release(first)
      assert.equal(await leases.acquire('execution', 0, 'c'), null)
      assert.equal(await leases.renew(second), true)
    },
  )
}
