import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { test } from 'node:test'
import { referencePath, references } from '../docs/generate.ts'
import { openMemoryPglite } from '../src/adapters/postgres/pglite.ts'
import { migrate } from '../src/adapters/postgres/schema.ts'
import { commands } from '../src/cli/cdb.ts'
import { exitCodes, parseCliArgs } from '../src/cli/command.ts'
import { settingSpecs } from '../src/cli/setting-specs.ts'
import { eventFields } from '../src/domain/codec.ts'
import { errorMeanings } from '../src/domain/errors.ts'
import { controls, limitKeys } from '../src/engine/controls.ts'
import { paperVenueParams } from '../src/engine/paper-venue/paper-venue.ts'
import { strategies } from '../src/engine/strategies.ts'
import { readRepository, root } from './tidy/repository.ts'

const documents = readRepository().filter(({ path }) => path.endsWith('.md'))
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')

type Manifest = Readonly<{
  scripts: Readonly<Record<string, string>>
  dependencies: Readonly<Record<string, string>>
  devDependencies: Readonly<Record<string, string>>
}>
const manifest = JSON.parse(textOf('package.json')) as Manifest

for (const [name, write] of Object.entries(references)) {
  test(`docs/reference/${name} is what the code says`, async () => {
    assert.equal(readFileSync(referencePath(name), 'utf8'), await write(), 'run: npm run docs')
  })
}

/** What stands in code style in the first column of the tables. */
const firstCells = (text: string): readonly string[] =>
  [...text.matchAll(/^\| \[?`([^`]+)`/gm)].map((match) => match[1] ?? '')

const headings = (text: string): readonly string[] =>
  [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? '')

test('the references list exactly the names that the code has', () => {
  assert.deepEqual(firstCells(textOf('docs/reference/errors.md')), Object.keys(errorMeanings))
  assert.deepEqual(headings(textOf('docs/reference/events.md')), Object.keys(eventFields))
  assert.deepEqual(firstCells(textOf('docs/reference/controls.md')), limitKeys)
  const titles = controls.map(({ id, title }) => `${id} ${title}`)
  assert.deepEqual(headings(textOf('docs/reference/controls.md')), titles)
  assert.deepEqual(
    headings(textOf('docs/reference/strategies.md')).slice(0, Object.keys(strategies).length),
    Object.keys(strategies),
  )
})

test('cli.md lists every command, every option and every exit code', async () => {
  const text = textOf('docs/reference/cli.md')
  const names = Object.keys(commands)
  assert.deepEqual(
    headings(text).filter((heading) => heading.startsWith('cdb ')),
    names.map((name) => `cdb ${name}`),
  )
  for (const [name, { load, summary }] of Object.entries(commands)) {
    const command = await load()
    assert.deepEqual([command.name, command.summary], [name, summary])
    const listed = [...command.help.matchAll(/^ {2}--([a-z-]+)|, --([a-z-]+)/gm)].map(
      ([, own, also]) => own ?? also,
    )
    assert.deepEqual(new Set(listed), new Set(Object.keys(command.options)), `options of cdb ${name}`)
  }
  const codes = [...text.matchAll(/^\| (\d+) +\|/gm)].map((match) => Number(match[1]))
  assert.deepEqual(codes, Object.values(exitCodes))
})

test('paper-venue.md has every parameter with its default and bounds', () => {
  const cells = [
    ...textOf('docs/reference/paper-venue.md').matchAll(
      /^\| `(\w+)` +\| `([^`]*)` +\|[^|]*\| ([^|]*?) +\|/gm,
    ),
  ]
  const expected = paperVenueParams.map(({ name, type, default: preset, min, max }) => [
    ...[name, preset],
    type === 'flag' ? 'true or false' : type === 'text' ? 'quote or base' : `${min} to ${max}`,
  ])
  assert.deepEqual(
    cells.map(([, name, preset, bounds]) => [name, preset, bounds === '' ? 'quote or base' : bounds]),
    expected,
  )
})

type Block = Readonly<{ path: string; text: string }>

const shellBlocks: readonly Block[] = documents.flatMap(({ path, text }) =>
  [...text.matchAll(/^```(?:sh|bash|console)\n([\s\S]*?)^```$/gm)].map((match) => ({
    path,
    text: match[1] ?? '',
  })),
)

/** Commands of the shell blocks: prompts, comments and line continuations taken off. */
const shellLines = shellBlocks.flatMap(({ path, text }) =>
  text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) =>
      line
        .replace(/^\$ /, '')
        .replace(/\s#.*$/, '')
        .split(/\s*&&\s*/),
    )
    .map((line) => ({ path, words: line.trim().split(/\s+/) })),
)

test('every cdb command in the documents has the options it is called with', async () => {
  const calls = shellLines.filter(
    ({ words }) => words[0] === 'cdb' || (words[0] === 'npx' && words[1] === 'cdb'),
  )
  assert.ok(calls.length > 5)
  for (const { path, words } of calls) {
    const [name = '', ...rest] = words.slice(words.indexOf('cdb') + 1)
    if (name === '--help') continue
    const entry = commands[name]
    assert.ok(entry !== undefined, `${path}: cdb ${name}`)
    const command = await entry.load()
    if (!rest.includes('--help'))
      assert.doesNotThrow(() => parseCliArgs(command, rest), `${path}: ${words.join(' ')}`)
  }
})

test('every npm script in the documents exists, and every script is told of', () => {
  const mentions = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm (?:run ([a-z:]+)|(start|test))\b/g)].map(([, run, own]) => ({
      path,
      name: run ?? own ?? '',
    })),
  )
  for (const { path, name } of mentions)
    assert.ok(Object.hasOwn(manifest.scripts, name), `${path}: npm run ${name}`)
  const named = new Set(mentions.map(({ name }) => name))
  for (const name of Object.keys(manifest.scripts))
    assert.ok(named.has(name), `no document tells of npm run ${name}`)
})

test('the README has the two commands that set everything up', () => {
  for (const command of ['npm ci && npm start', 'npm ci && npm test']) {
    assert.ok(
      shellBlocks.some(({ path, text }) => path === 'README.md' && text.includes(command)),
      command,
    )
  }
})

/** The anchor of a heading, as the forges make it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replace(/\s/g, '-')

test('every link between documents resolves, anchors too', () => {
  for (const { path, text } of documents) {
    const prose = text.replace(/^```[\s\S]*?^```$/gm, '')
    for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const [file = '', anchor] = target.split('#')
      const linked = file === '' ? path : join(dirname(path), file)
      assert.ok(existsSync(join(root, linked)), `${path}: ${target}`)
      if (anchor === undefined) continue
      const anchors = [...textOf(linked).matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? ''))
      assert.ok(anchors.includes(anchor), `${path}: ${target}`)
    }
  }
})

/** What stands in code style and looks like a path of the repository. */
const PATH = /`((?:src|test|bench|docs|examples|\.ci)\/[\w./*<>-]*)`/g

test('every path of the repository that a document names is there', () => {
  for (const { path, text } of documents) {
    for (const [, named = ''] of text.matchAll(PATH)) {
      if (/[*<>]/.test(named) || /\/[ab](?:\/|\.)/.test(named)) continue
      assert.ok(existsSync(join(root, named)), `${path}: ${named}`)
    }
  }
})

/** Settings, variables of the environment that tests read, and the placeholder of a code. */
const NO_CODES = [
  ...settingSpecs.map(({ name }) => name),
  ...['CDB_DATA_DIR', 'CDB_TOOLS_DIR', 'CDB_UPDATE_GOLDEN', 'CDB_CODE', 'CDB_'],
]

test('every error code that a document names exists', () => {
  for (const { path, text } of documents) {
    for (const [code] of text.matchAll(/\bCDB_[A-Z_]+\b/g)) {
      assert.ok(Object.hasOwn(errorMeanings, code) || NO_CODES.includes(code), `${path}: ${code}`)
    }
  }
})

const decisions = documents.filter(({ path }) => path.startsWith('docs/adr/'))

test('decisions are numbered without gaps and say what would change them', () => {
  for (const [index, { path, text }] of decisions.entries()) {
    const number = String(index + 1).padStart(4, '0')
    assert.match(path, new RegExp(`^docs/adr/${number}-[a-z0-9-]+\\.md$`))
    assert.match(text, new RegExp(`^# ${number} `))
    assert.deepEqual(headings(text), ['Context', 'Decision', 'Consequences', 'What would change it'], path)
  }
})

test('every dependency has its reason in a decision', () => {
  const reasons = textOf('docs/adr/0007-libraries.md')
  const named = [...reasons.matchAll(/^- `([^`]+)`/gm)].map((match) => match[1])
  assert.deepEqual(
    named.sort(),
    [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)].sort(),
  )
})

test('dependencies are pinned exactly', () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name)
  }
})

test('the architecture is at most 200 lines, and links every decision', () => {
  const text = textOf('ARCHITECTURE.md')
  assert.ok(text.split('\n').length <= 201)
  for (const { path } of decisions) assert.ok(text.includes(`(${path})`), path)
})

test('the reference of the database has every table and column that the schema has', async () => {
  const db = await openMemoryPglite()
  await migrate(db)
  const rows = await db.query(
    `select table_name, column_name from information_schema.columns where table_schema = 'public'
     and table_name not in ('open_orders') order by 1, 2`,
  )
  await db.close()
  const lines = [
    ...textOf('docs/reference/data-folder.md').split('\n'),
    ...textOf('docs/reference/database.md').split('\n'),
  ]
  for (const { table_name: table, column_name: column } of rows) {
    const about = lines.filter((line) => line.startsWith(`| \`${String(table)}\` `)).join('\n')
    assert(about.includes(`\`${String(column)}\``), `${String(table)}.${String(column)} is told of`)
  }
})
