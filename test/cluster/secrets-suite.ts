import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import type { ControlPlane } from './control-plane.ts'
import { dev, environments, manifestsFolder, namespaceOf, prod } from './environments.ts'
import type { Environment } from './environments.ts'
import type { Kubectl } from './kubectl.ts'
import { createSecretCheckout, forceSync, OF_A_PERSON, OF_SECRETS, shellBelow } from './secret-checkout.ts'
import type { SecretCheckout } from './secret-checkout.ts'
import { changedKeys, contractKeys, keysOf, secretsIn } from './secret-contract.ts'
import { AWS, emptyStore, openStore, secretStoreOf, startCopying, storeOf } from './secret-copying.ts'
import { sealedSecretOf, sealingKeys, startSealing, untilSynced, whyNoSealing } from './secret-sealing.ts'
import { until } from './until.ts'

const SECONDS_MAX = 30
/** So long nothing happens where nothing may. */
const STILL_MS = 3_000
const isGiven = (process.env['KUBECONFIG'] ?? '') !== ''
const skip = isGiven && 'the controllers are started beside a control plane of its own'
const noSealing = isGiven ? null : whyNoSealing()
const skipSealed = noSealing ?? skip

const [MAKE_FILES = '', CREATE = ''] = shellBelow('1. By hand')
const [SEAL = ''] = shellBelow('2. Sealed Secrets')
const [STORE = ''] = shellBelow('3. External Secrets Operator')
/** One of the values is what a person has chosen. */
const CHOOSE = `printf '%s' '${OF_A_PERSON.replaceAll("'", `'\\''`)}' > "$secrets/grafana-admin/admin-password"`
/** The user of Grafana and what a person has chosen. */
const NOT_RANDOM = ['grafana-admin admin-password', 'grafana-admin admin-user']

let cluster: Cluster
let plane: ControlPlane
let kubectl: Kubectl
let checkout: SecretCheckout

before(async () => {
  if (isGiven) return
  cluster = await openCluster()
  assert.ok(cluster.plane !== null)
  ;({ plane, kubectl } = { plane: cluster.plane, kubectl: cluster.kubectl })
  for (const environment of environments) {
    await kubectl.apply(await namespaceOf(kubectl, manifestsFolder, environment))
  }
  if (noSealing === null) await startSealing(plane, kubectl)
  await startCopying(plane, kubectl)
})

after(async () => {
  if (!isGiven) await cluster.close()
})

suite('by hand', testByHand)
suite('Sealed Secrets', testSealed)
suite('External Secrets', testCopied)

/** A checkout that has none of the other ways in its overlays. */
function open(): void {
  if (!isGiven) checkout = createSecretCheckout(kubectl, plane.folder)
}

function testByHand(): void {
  before(open)
  for (const environment of environments) {
    const { name } = environment
    test(`${name}: the commands of the guide make the Secrets of the contract (L11)`, { skip }, async () => {
      await checkout.follow(environment, [MAKE_FILES, CHOOSE, CREATE])
      await untilMade(environment)
    })
  }

  test('the guide asks whether everything is there, and is told every key', { skip }, async () => {
    const told = await checkout.follow(prod, shellBelow('Is everything there?'))
    const keys = Object.entries(contractKeys()).flatMap(([name, each]) => each.map((key) => `${name} ${key}`))
    assert.deepEqual(told.trim().split('\n').toSorted(), keys.toSorted())
  })

  test('by hand: a renewed password is one new value (L11)', { skip }, async () => {
    const before = await secretsIn(kubectl, prod)
    await checkout.follow(prod, [...shellBelow('Rotation'), 'renew cdb-secrets database-password-risk'])
    const after = await secretsIn(kubectl, prod)
    assert.deepEqual(changedKeys(before, after), ['cdb-secrets database-password-risk'])
    assert.deepEqual(keysOf(after), contractKeys())
    assert.match(after['cdb-secrets']?.['database-password-risk'] ?? '', /^[0-9a-f]{64}$/)
  })

  after(() => clear([]))
}

function testSealed(): void {
  const options = { skip: skipSealed }
  before(open)
  for (const environment of environments) {
    const { name } = environment
    test(`${name}: what the guide seals becomes the Secrets of the contract (L11)`, options, async () => {
      checkout.addToOverlay(environment, '2. Sealed Secrets')
      await seal(environment)
      await untilMade(environment)
    })
  }

  test('what is sealed anew reaches the Secrets (L11)', options, async () => {
    const before = await secretsIn(kubectl, prod)
    await seal(prod)
    await untilMade(prod)
    const changed = new Set(changedKeys(before, await secretsIn(kubectl, prod)))
    const keys = Object.entries(contractKeys()).flatMap(([name, each]) => each.map((key) => `${name} ${key}`))
    assert.deepEqual(
      keys.filter((key) => !changed.has(key)),
      NOT_RANDOM,
    )
  })

  test('what is sealed for dev is refused in prod, where the Secret stays (L11)', options, async () => {
    const before = await secretsIn(kubectl, prod)
    const own = await sealedSecretOf(kubectl, prod)
    await kubectl.apply(
      (await sealedSecretOf(kubectl, dev)).replaceAll(`"${dev.namespace}"`, `"${prod.namespace}"`),
    )
    assert.match((await untilSynced(kubectl, prod, 'False')).message ?? '', /no key could decrypt secret/)
    assert.deepEqual(await secretsIn(kubectl, prod), before)
    await kubectl.apply(own)
    await untilSynced(kubectl, prod, 'True')
    assert.deepEqual(await secretsIn(kubectl, prod), before)
  })

  test('the command of the guide finds the private key of the controller', options, async () => {
    assert.equal((await sealingKeys(kubectl)).length, 1)
  })

  test('a Secret comes back while its SealedSecret is there, and goes with it', options, async () => {
    const grafana = ['grafana-admin', '--namespace', prod.namespace]
    await kubectl.read(['delete', 'secret', ...grafana])
    await untilMade(prod)
    await kubectl.read(['delete', 'sealedsecret', ...grafana])
    await until('its Secret is gone', SECONDS_MAX, async () =>
      Object.keys(await secretsIn(kubectl, prod)).join() === 'cdb-secrets' ? true : null,
    )
  })

  after(() => (noSealing === null ? clear(['sealedsecret']) : undefined))
}

function testCopied(): void {
  before(open)
  for (const environment of environments) {
    const { name } = environment
    test(`${name}: what the store holds becomes the Secrets of the contract (L11)`, { skip }, async () => {
      await openStore(kubectl, environment)
      await checkout.follow(environment, [AWS, MAKE_FILES, CHOOSE, STORE])
      checkout.addToOverlay(environment, '3. External Secrets Operator')
      checkout.writeToOverlay(environment, 'secret-store.yaml', secretStoreOf(plane, environment))
      await checkout.apply(environment)
      await untilMade(environment)
    })
  }

  test('a changed entry reaches the Secret by the command of the guide (L11)', { skip }, async () => {
    const [before, key] = [await secretsIn(kubectl, prod), 'redis-password-ws']
    await changeEntry({ stringData: { [key]: 'another' } })
    await sleep(STILL_MS)
    assert.deepEqual(await secretsIn(kubectl, prod), before, 'the operator looks once an hour')
    await checkout.follow(prod, [forceSync()])
    await until('the new value is there', SECONDS_MAX, async () =>
      (await secretsIn(kubectl, prod))['cdb-secrets']?.[key] === 'another' ? true : null,
    )
    assert.deepEqual(changedKeys(before, await secretsIn(kubectl, prod)), [`cdb-secrets ${key}`])
  })

  testLosses()
  after(() => clear(['externalsecret', 'secretstore']))
}

/** What is gone from the store, or the store itself, takes nothing with it. */
function testLosses(): void {
  test('what the store has no more stays in the Secret, and is told (L11)', { skip }, async () => {
    const before = await secretsIn(kubectl, prod)
    await changeEntry({ data: { 'redis-password-signal': null } })
    await untilNotCopied('cdb-secrets')
    assert.deepEqual(await secretsIn(kubectl, prod), before)
    await kubectl.read(['delete', 'secret', 'cdb-secrets', '--namespace', storeOf(prod)])
    await checkout.follow(prod, [forceSync()])
    await sleep(STILL_MS)
    assert.deepEqual(await secretsIn(kubectl, prod), before)
  })

  test('a store that knows of nothing takes no Secret away (L11)', { skip }, async () => {
    const before = await secretsIn(kubectl, prod)
    await emptyStore(kubectl, prod)
    await untilNotCopied('grafana-admin')
    // The first look may have found the store in the middle of its change.
    await sleep(STILL_MS)
    await untilNotCopied('grafana-admin')
    assert.deepEqual(await secretsIn(kubectl, prod), before)
  })

  test('the Secrets stay when the objects that made them go', { skip }, async () => {
    const before = await secretsIn(kubectl, dev)
    assert.deepEqual(keysOf(before), contractKeys())
    for (const kind of ['externalsecret', 'secretstore']) {
      await kubectl.read(['delete', kind, '--all', '--namespace', dev.namespace])
    }
    await sleep(STILL_MS)
    assert.deepEqual(await secretsIn(kubectl, dev), before)
  })
}

for (const example of ['external-secrets', 'vault', 'vault-dev']) {
  test(
    `the API server takes the objects of the example ${example}, without a warning`,
    { skip },
    async () => {
      const { code, stdout, stderr } = await kubectl.run([
        ...[
          'apply',
          '--server-side',
          '--dry-run=server',
          '--field-manager=cdb-deploy',
          '--selector',
          OF_SECRETS,
        ],
        ...['--kustomize', `${manifestsFolder}/tests/combinations/${example}`, '--force-conflicts'],
      ])
      assert.deepEqual([code, stderr], [0, ''])
      assert.match(stdout, /^secretstore\.external-secrets\.io\/cdb /m)
    },
  )
}

/** Waits for the Secrets whose values were made last, and looks at their keys. */
async function untilMade(environment: Environment): Promise<void> {
  const made = checkout.made()
  assert.deepEqual(keysOf(made), contractKeys(), 'the files that the guide makes')
  const areMade = async (): Promise<true> => {
    assert.deepEqual(await secretsIn(kubectl, environment), made)
    return true
  }
  await until(`the Secrets of ${environment.namespace} are as they were made`, SECONDS_MAX, areMade, words)
}

/** What the programs say that have ended. */
const words = (): Promise<string> => Promise.resolve(plane.fallen().join('\n'))

async function seal(environment: Environment): Promise<void> {
  await checkout.follow(environment, [MAKE_FILES, CHOOSE, SEAL])
  await checkout.apply(environment)
}

async function changeEntry(change: object): Promise<void> {
  const words = ['secret', 'cdb-secrets', '--namespace', storeOf(prod), '--type=merge']
  await kubectl.read(['patch', ...words, '--patch', JSON.stringify(change)])
}

/** Asks the operator to look at the store until it says that something is missing there. */
async function untilNotCopied(name: string): Promise<void> {
  const ready = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
  const command = forceSync().replace('cdb-secrets', name)
  await until(`the ExternalSecret ${name} is not ready`, SECONDS_MAX, async () => {
    await checkout.follow(prod, [command])
    const args = ['get', `externalsecret/${name}`, '--namespace', prod.namespace, '--output', ready]
    return (await kubectl.read(args)) === 'False' ? true : null
  })
}

/** Leaves no Secret to the next way, and before that nothing that makes one. */
async function clear(kinds: readonly string[]): Promise<void> {
  if (isGiven) return
  for (const { namespace } of environments) {
    for (const kind of kinds) await kubectl.read(['delete', kind, '--all', '--namespace', namespace])
    const names = Object.keys(contractKeys())
    await kubectl.read(['delete', 'secret', ...names, '--namespace', namespace, '--ignore-not-found'])
  }
}
