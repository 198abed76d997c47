import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import {
  kubectlCalls,
  optionNames,
  parseScript,
  wholeLines,
} from '../../src/adapters/kubernetes/checks/scripts-source.ts'
import type { Script } from '../../src/adapters/kubernetes/checks/scripts-source.ts'
import { listAt, recordAt } from '../../src/adapters/kubernetes/value.ts'
import type { Value } from '../../src/adapters/kubernetes/value.ts'
import { scripts } from './fake-cluster.ts'

const STEMS = ['deploy-k8s', 'cleanup-k8s', 'kubectl-calls'] as const

const textOf = (path: string): string => readFileSync(join(scripts, path), 'utf8')
const scriptOf = (path: string): Script => parseScript({ path, text: textOf(path) })

const bash = new Map(STEMS.map((stem) => [stem, scriptOf(`${stem}.sh`)]))
const powershell = new Map(STEMS.map((stem) => [stem, scriptOf(`${stem}.ps1`)]))

const rowsOf = (path: string, name: string): readonly string[] => {
  const text = textOf(path)
  const pattern = path.endsWith('.sh')
    ? new RegExp(`^readonly ${name}='\n([^']*)'$`, 'm')
    : new RegExp(`^\\$${name} = @'\n([^]*?)^'@$`, 'm')
  const rows = pattern.exec(text)?.[1]?.trimEnd().split('\n')
  assert.ok(rows !== undefined, `${path} has no ${name}`)
  return rows
}

/** What the steps do is chosen by these names, in their order. */
const stepsOf = (path: string): readonly string[] => {
  const lines = textOf(path).split('\n')
  const begin = lines.findIndex((line) => /^perform|^function Invoke-(?:First)?Step/.test(line))
  const end = lines.findIndex((line, index) => index > begin && line === '}')
  return lines
    .slice(begin, end)
    .flatMap((line) => /^ +'?([a-z*-]+)'?(?:\)| \{) /.exec(line)?.[1] ?? [])
    .filter((name) => name !== '*' && name !== 'default')
}

/** What stands for words in braces, by their names. */
const valuesOf = (path: string): ReadonlyMap<string, string> => {
  const shell = /^ +([a-z]+)\) printf '%s' (.*) ;;$/
  const other = /^ +'([a-z]+)' \{ return (.*) \}$/
  const rows = textOf(path)
    .split('\n')
    .flatMap((line) => {
      const [, name, value] = (path.endsWith('.sh') ? shell : other).exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, plain(value)] as const]
    })
  return new Map(rows)
}

/** A value without its quotes, and with variables written alike. */
const plain = (value: string): string =>
  value
    .replace(/^(["'])(.*)\1$/, '$2')
    .replaceAll('\\$', '$')
    .replace('${workload#*/}', 'the name of the workload')
    .replace("($workload -replace '^[^/]*/', '')", 'the name of the workload')
    .replaceAll(/\$(environment|timeout)\b/gi, (_, name: string) => `$${name.toLowerCase()}`)

test('both shells hold the same calls of kubectl, in the same order', () => {
  for (const [stem, names] of [
    ['deploy-k8s', ['calls', 'diagnoses', 'secrets']],
    ['cleanup-k8s', ['calls']],
  ] as const) {
    for (const name of names) {
      const rows = rowsOf(`${stem}.sh`, name)
      assert.ok(rows.length > 3)
      assert.deepEqual(rowsOf(`${stem}.ps1`, name), rows)
    }
  }
})

test('kubectl is called in no other way than through these calls', () => {
  for (const script of [...bash.values(), ...powershell.values()]) {
    const calls = kubectlCalls(script.path, script.lines)
    const rows = new Set(script.lines.filter(({ isRow }) => isRow).map(({ line }) => line))
    const others = calls.filter(({ line }) => !rows.has(line))
    // The one that stands in a message is for people.
    assert.deepEqual(
      others.map(({ words }) => words.slice(0, 2).join(' ')),
      script.path.startsWith('deploy-k8s') ? ['apply -k'] : [],
      script.path,
    )
  }
})

test('both shells take the same options', () => {
  for (const stem of ['deploy-k8s', 'cleanup-k8s'] as const) {
    const [left, right] = [bash, powershell].map((shell) => {
      const script = shell.get(stem)
      assert.ok(script !== undefined)
      return optionNames(script, wholeLines(script, [...shell.values()]))
    })
    assert.ok((left ?? []).length > 5)
    assert.deepEqual(right, left)
  }
})

test('both shells do something for the same steps, in the same order', () => {
  for (const stem of STEMS) {
    const steps = stepsOf(`${stem}.sh`)
    assert.ok(steps.length > 5, stem)
    assert.deepEqual(stepsOf(`${stem}.ps1`), steps)
  }
})

test('every call is a step that something is done for', () => {
  for (const stem of ['deploy-k8s', 'cleanup-k8s'] as const) {
    const steps = [...stepsOf(`${stem}.sh`), ...stepsOf('kubectl-calls.sh')]
    const isKnown = (name: string): boolean =>
      steps.some((step) => (step.endsWith('*') ? name.startsWith(step.slice(0, -1)) : name === step))
    const names = rowsOf(`${stem}.sh`, 'calls').map((row) => row.split(' ')[0] ?? '')
    assert.deepEqual(
      names.filter((name) => !isKnown(name)),
      [],
    )
  }
})

test('words in braces stand for the same in both shells', () => {
  const values = valuesOf('kubectl-calls.sh')
  assert.ok(values.size > 12)
  assert.deepEqual(valuesOf('kubectl-calls.ps1'), values)
  const used = ['deploy-k8s.sh', 'cleanup-k8s.sh'].flatMap((path) => [
    ...rowsOf(path, 'calls'),
    ...(path === 'deploy-k8s.sh' ? rowsOf(path, 'diagnoses') : []),
  ])
  const words = new Set(used.flatMap((row) => [...row.matchAll(/\{([a-z]+)\}/g)].map(([, name]) => name)))
  assert.deepEqual([...values.keys()].toSorted(), [...words].toSorted())
})

test('both shells end with the same exit codes at as many places', () => {
  const codes = (path: string): Readonly<Record<string, number>> => {
    const counts: Record<string, number> = {}
    for (const [, name = ''] of textOf(path).matchAll(/(?:fail "|Stop-Run )\$\{?(\w+)/g)) {
      const key = name.replaceAll('_', '').toLowerCase()
      counts[key] = (counts[key] ?? 0) + 1
    }
    return counts
  }
  // Bash tells of an unknown option and of one without a value itself; PowerShell does that for its scripts.
  const ownOptions = 2
  for (const stem of STEMS) {
    const left = codes(`${stem}.sh`)
    const right = codes(`${stem}.ps1`)
    const same = (left['exitoptions'] ?? 0) - (stem === 'kubectl-calls' ? 0 : ownOptions)
    assert.deepEqual(
      { ...right, exitoptions: right['exitoptions'] ?? 0 },
      { ...left, exitoptions: same },
      stem,
    )
  }
})

test('the keys that the scripts ask for are those of the contract', () => {
  const contract = recordAt(parse(textOf('audit.yaml')) as Value, 'secrets')
  const asked = new Map<string, string[]>()
  for (const row of rowsOf('deploy-k8s.sh', 'secrets')) {
    const [secret = '', ...keys] = row.split(/\s+/)
    asked.set(secret, [...(asked.get(secret) ?? []), ...keys])
  }
  assert.deepEqual([...asked.keys()].toSorted(), Object.keys(contract).toSorted())
  for (const [secret, keys] of asked) {
    const optional = listAt(contract, secret, 'optional')
    const needed = Object.keys(recordAt(contract, secret, 'keys')).filter((key) => !optional.includes(key))
    assert.deepEqual(keys.toSorted(), needed.toSorted(), secret)
  }
})

test('PowerShell reads no variable whose name ends with a question mark, and none with a colon', () => {
  for (const stem of STEMS) {
    const texts = textOf(`${stem}.ps1`).match(/"(?:[^"`]|`.)*"/g) ?? []
    const wrong = texts.filter((text) => /\$\w+(?:\?|:(?!:))/.test(text.replaceAll(/\$script:\w+/g, '')))
    assert.deepEqual(wrong, [])
  }
})

test('shellcheck has nothing to say', () => {
  const files = [
    ...STEMS.map((stem) => join(scripts, `${stem}.sh`)),
    join(import.meta.dirname, 'fake-kubectl.sh'),
  ]
  const { status, stdout, stderr } = spawnSync(shellcheck(), ['--external-sources', ...files], {
    encoding: 'utf8',
  })
  assert.equal(`${stdout}${stderr}`, '')
  assert.equal(status, 0)
})

/** The program, installed when it is missing and we are root. Throws with what to install. */
function shellcheck(): string {
  const isThere = (): boolean => spawnSync('shellcheck', ['--version']).status === 0
  if (isThere()) return 'shellcheck'
  if (process.getuid?.() !== 0) throw new Error('the scripts are checked by: apt-get install shellcheck')
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const
  execFileSync('apt-get', ['update'], options)
  execFileSync('apt-get', ['install', '--yes', '--no-install-recommends', 'shellcheck'], options)
  return 'shellcheck'
}
