import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { at, listAt, recordAt } from '../../src/adapters/kubernetes/value.ts'
import { readDocument } from '../../src/adapters/kubernetes/checks/documents-text.ts'
import { workloadsOf } from '../../src/adapters/kubernetes/workload.ts'
import { manifestsOf, parseYaml } from '../../src/adapters/kubernetes/yaml-text.ts'
import { commands } from '../../src/cli/cdb.ts'
import { parseCliArgs } from '../../src/cli/command.ts'
import { startAccountDatabase } from '../cli/account-database.ts'
import type { AccountDatabase } from '../cli/account-database.ts'
import { root } from '../tidy/repository.ts'
import { complaintsOf, rendered, runQuickstart, shellBlocks } from './guide-shell.ts'
import type { ShellRun } from './guide-shell.ts'

const PAGES = ['README.md', 'QUICKSTART.md', 'TROUBLESHOOTING.md', 'DISASTER_RECOVERY.md'] as const
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')

let account: AccountDatabase
let run: ShellRun
before(async () => {
  account = await startAccountDatabase()
  run = runQuickstart(account.server)
})
after(() => account.remove())

test('every block of the quickstart runs, one after the other, and ends with 0', () => {
  const begun = [...run.stderr.matchAll(/^block (\d+)$/gm)].length
  assert.equal(run.code, 0, `block ${begun}: ${run.stderr.slice(-2_000)}`)
  assert.equal(begun, shellBlocks('QUICKSTART.md').length)
  assert.deepEqual(run.leftBehind, [])
})

test('the image gets every name that the overlay renders, and the cluster gets them all', () => {
  const names = new Set(rendered('overlays/dev').match(/ghcr\.io\/jannekbuengener\/\S+/g))
  const tagged = run.programs
    .filter((call) => call.startsWith('docker tag '))
    .map((call) => call.split(' ')[3])
  assert.deepEqual(new Set(tagged), names)
  assert.equal(tagged.length, 8)
  const [load] = run.programs.filter((call) => call.startsWith('kind load docker-image'))
  assert.deepEqual(new Set(load?.split(' ').slice(5)), names)
})

test('the first deployment makes the namespace and ends with 4, the second applies each layer', () => {
  const applied = run.calls.filter((call) => call.startsWith('apply ') && !call.includes('--dry-run'))
  assert.deepEqual(
    applied.map((call) => /(?:\/|-k )([a-z0-9/-]+)(?:\.yaml)?(?: |$)/.exec(call)?.[1]?.split('/').at(-1)),
    ['cluster', 'namespace', 'infrastructure', 'migrations', 'services'],
  )
  assert.match(run.stderr, /Secret cdb-trading-dev\/cdb-secrets lacks: database-password-ws /)
  assert.match(run.stdout, /^deployed dev to cdb-trading-dev$/m)
})

test('the Secrets have the keys of the contract, and no value twice', () => {
  const [settings] = parseYaml(textOf('k8s/audit.yaml'))
  for (const [name, secret] of Object.entries(recordAt(settings?.value, 'secrets'))) {
    const optional = listAt(secret, 'optional')
    const keys = Object.keys(recordAt(secret, 'keys')).filter((key) => !optional.includes(key))
    assert.deepEqual(Object.keys(run.secrets[name] ?? {}).toSorted(), keys.toSorted())
  }
  const passwords = Object.values(run.secrets).flatMap((secret) => Object.values(secret))
  assert.equal(new Set(passwords).size, passwords.length)
  for (const password of passwords.filter((each) => each !== 'admin'))
    assert.match(password, /^[0-9a-f]{32,64}$/)
  for (const call of [...run.calls, ...run.programs]) {
    for (const password of passwords.filter((each) => each !== 'admin'))
      assert(!call.includes(password), call)
  }
})

test('the data is audited twice, and a person kills and resumes by the role for people', async () => {
  assert.equal([...run.stdout.matchAll(/^I17 +ok\b/gm)].length, 2)
  assert.doesNotMatch(run.stdout, /BROKEN/)
  const commands = await account.db.query(
    "select payload from event_log where writer = 'control' order by seq",
  )
  assert.deepEqual(
    commands.map(({ payload }) => (JSON.parse(String(payload)) as Readonly<{ reason: string }>).reason),
    ['first drill', 'the drill is over'],
  )
  const [kill] = await account.db.query("select state from kill where scope = 'global'")
  assert.notEqual(kill?.['state'], 'halted')
})

test('cleaning up removes the layers, and neither volumes nor Secrets nor the namespace', () => {
  const deleted = run.calls.filter((call) => call.startsWith('delete '))
  assert(deleted.some((call) => call.includes('services.yaml')))
  for (const call of deleted) assert.doesNotMatch(call, /^delete (?:namespace|persistentvolumeclaim|secret)/)
})

test('every block of the guides is bash that can be parsed', () => {
  for (const page of [...PAGES, 'SECRETS_GUIDE.md']) {
    for (const block of shellBlocks(page)) {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: block, encoding: 'utf8' })
      assert.equal(status, 0, `${page}: ${block}\n${stderr}`)
    }
  }
})

/** Without a cluster it is refused, or finds nothing that it was given. */
const EXPECTED = /connection refused|connect: connection|was refused|no objects passed to apply/

test('a real kubectl knows every call and option of the guides', () => {
  for (const page of [...PAGES, 'SECRETS_GUIDE.md']) {
    const { calls, complaints } = complaintsOf(shellBlocks(page))
    assert(calls >= 2, page)
    assert.deepEqual(
      complaints.filter((line) => !EXPECTED.test(line)),
      [],
      page,
    )
  }
})

test('an option and a verb that kubectl does not have are noticed', () => {
  const { calls, complaints } = complaintsOf([
    'kubectl get pods --names x',
    'kubectl rollback deployment/cdb-ws',
  ])
  assert.equal(calls, 2)
  assert.match(complaints[0] ?? '', /unknown flag: --names/)
  assert.match(complaints[1] ?? '', /unknown command "rollback"/)
  for (const line of complaints) assert.doesNotMatch(line, EXPECTED)
})

test('what is run in a pod is the program of the image, with options that it has', async () => {
  const [entry = ''] =
    /\/app\/[\w./-]+\.ts/.exec(/^ENTRYPOINT.*$/m.exec(textOf('Dockerfile'))?.[0] ?? '') ?? []
  assert.notEqual(entry, '')
  const text = PAGES.flatMap((page) => shellBlocks(page))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
  const calls = [...text.matchAll(/-- node (\S+) (\w+) ([^\n>;]*)/g)]
  assert(calls.length > 3)
  for (const [call, program, name = '', options = ''] of calls) {
    assert.equal(program, entry)
    const command = (await commands[name]?.load()) ?? assert.fail(call)
    assert.doesNotThrow(() => parseCliArgs(command, options.trim().split(/\s+/)), call)
  }
})

test('the restore takes the dump that it is told, and else the newest', () => {
  const block = shellBlocks('DISASTER_RECOVERY.md').find((text) => text.includes('sed "/name: BACKUP_FILE'))
  const program = /sed ("[^"]+")/.exec(block ?? '')?.[1] ?? assert.fail('the page has no sed')
  const plain = rendered('base/operations/restore')
  for (const file of ['', 'cdb-20261124T061700Z.dump']) {
    const text = execFileSync('bash', ['-c', `file='${file}'; sed ${program}`], {
      input: plain,
      encoding: 'utf8',
    })
    const [job] = workloadsOf(manifestsOf(parseYaml(text)))
    const variables = listAt(job?.containers[0]?.value, 'env')
    const found = variables.find((each) => at(each, 'name') === 'BACKUP_FILE')
    assert.equal(at(found, 'value'), file)
    assert.equal(text.split('\n').length, plain.split('\n').length)
  }
})

/** What the API server or the kubelet says, and no script of ours. */
const OF_OTHERS = [
  'field is immutable',
  'conflict with "..."',
  'violates PodSecurity "restricted',
  'exceeded quota: cdb-quota',
]

test('what the scripts are said to say, they say', () => {
  const scripts = ['deploy-k8s.sh', 'cleanup-k8s.sh', 'kubectl-calls.sh']
    .map((name) => textOf(`k8s/${name}`))
    .join('\n')
  const said = readDocument(textOf('k8s/TROUBLESHOOTING.md')).prose.map(({ text }) => text)
  let isInside = false
  let found = 0
  for (const line of said) {
    if (line.startsWith('## ')) isInside = /-k8s\.sh/.test(line)
    if (!isInside || !line.startsWith('| `')) continue
    for (const [, words = ''] of (line.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)) {
      if (OF_OTHERS.includes(words)) continue
      const pattern = words
        .split(/\.\.\.|cdb-trading\/cdb-secrets|cdb-critical|1\.\d+/)
        .map((part) => RegExp.escape(part.trim()))
        .join('.*')
      assert.match(scripts, new RegExp(pattern), words)
      found++
    }
  }
  assert(found > 12)
})
