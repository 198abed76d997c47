import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mirroredTests, noDeadFiles } from './coverage.ts'
import { layers } from './layers.ts'
import { kebabNames, noBarrels, tellingNames } from './names.ts'
import { readRepository } from './repository.ts'
import { fileLength, functionLength, lineLength } from './sizes.ts'
import type { Rule } from './source-file.ts'
import { markers, moneyWords, pureWords } from './words.ts'

/** Texts are put together here, so that this file does not break the rules that it plants breaches of. */
const join = (...parts: readonly string[]): string => parts.join('')
const lines = (count: number): string => 'step()\n'.repeat(count)
const importing = (specifier: string): string => `import { a } from '${specifier}'\nexport const b = a\n`

type Planted = Readonly<{ name: string; rule: Rule; path: string; bad: string; clean: string }>

const planted: readonly Planted[] = [
  plant(
    'the domain imports the engine',
    layers,
    'src/domain/a.ts',
    importing('../engine/b.ts'),
    importing('./b.ts'),
  ),
  plant(
    'the engine imports an adapter',
    layers,
    'src/engine/a.ts',
    importing('../adapters/m/b.ts'),
    importing('../domain/b.ts'),
  ),
  plant(
    'an adapter imports a service',
    layers,
    'src/adapters/m/a.ts',
    importing('../../services/b.ts'),
    importing('../../engine/b.ts'),
  ),
  plant(
    'a service imports the command line',
    layers,
    'src/services/a.ts',
    importing('../cli/b.ts'),
    importing('../adapters/m/b.ts'),
  ),
  plant('the domain imports a package', layers, 'src/domain/a.ts', importing('fflate'), importing('./b.ts')),
  plant(
    'the engine imports the platform',
    layers,
    'src/engine/a.ts',
    importing('node:fs'),
    importing('./b.ts'),
  ),
  plant(
    'the platform is imported on demand',
    layers,
    'src/engine/a.ts',
    "await import('node:fs')\n",
    "await import('./b.ts')\n",
  ),
  plant(
    'a type is imported against the layers',
    layers,
    'src/domain/a.ts',
    "import type { A } from '../cli/a.ts'\n",
    "import type { A } from './a.ts'\n",
  ),
  plant(
    'one adapter imports another',
    layers,
    'src/adapters/m/a.ts',
    importing('../p/b.ts'),
    importing('./b.ts'),
  ),
  plant(
    'one service imports another',
    layers,
    'src/services/a.ts',
    importing('./b.ts'),
    importing('../engine/b.ts'),
  ),
  plant(
    'a source file imports a test',
    layers,
    'src/cli/a.ts',
    importing('../../test/b.ts'),
    importing('../engine/b.ts'),
  ),
  plant(
    'a source file lies outside of the layers',
    layers,
    'src/other/a.ts',
    importing('../domain/b.ts'),
    'export const a = 1\n',
  ),
  ...(
    [
      ['Date', '.now()'],
      ['new Da', 'te()'],
      ['Math', '.random()'],
      ['setTime', 'out(f, 1)'],
      ['setInter', 'val(f, 1)'],
      ['process', '.env.A'],
      ['console', '.log(1)'],
      ['performance', '.now()'],
      ['crypto', '.randomUUID()'],
      ['fet', 'ch(url)'],
      ['import', '.meta.url'],
    ] as const
  ).map(([left, right]) =>
    plant(
      `the engine calls ${left}${right}`,
      pureWords,
      'src/engine/a.ts',
      `const a = ${left}${right}\n`,
      `const a = '${left}${right}'\n`,
    ),
  ),
  plant(
    'a clock hides in a template',
    pureWords,
    'src/domain/a.ts',
    join('const a = `at ${Date', '.now()}`\n'),
    join('const a = `at Date', '.now()`\n'),
  ),
  plant(
    'the domain parses a float',
    moneyWords,
    'src/domain/a.ts',
    'const a = parseFloat(text)\n',
    'const a = parseDecimal(text)\n',
  ),
  plant(
    'the domain converts to a number',
    moneyWords,
    'src/domain/a.ts',
    'const a = Number(text)\n',
    'const a = Number.isSafeInteger(count)\n',
  ),
  plant(
    'the domain uses a unary plus',
    moneyWords,
    'src/domain/a.ts',
    'const a = +text\n',
    'const a = b + c\n',
  ),
  plant('work is unfinished', markers, 'src/cli/a.ts', join('// TO', 'DO: finish\n'), '// Finished.\n'),
  plant('a mend is promised', markers, 'test/a.test.ts', join('// FIX', 'ME\n'), '// Mended.\n'),
  plant(
    'a rule is silenced',
    markers,
    'src/cli/a.ts',
    join('// eslint-', 'disable-next-line\n'),
    '// Obeyed.\n',
  ),
  plant('a type error is silenced', markers, 'src/cli/a.ts', join('// @ts-', 'ignore\n'), '// Obeyed.\n'),
  plant('a file is too long', fileLength, 'src/cli/a.ts', lines(401), lines(400)),
  plant(
    'a function is too long',
    functionLength,
    'src/cli/a.ts',
    `function a() {\n${lines(59)}}\n`,
    `function a() {\n${lines(58)}}\n`,
  ),
  plant(
    'an arrow is too long',
    functionLength,
    'src/cli/a.ts',
    `const a = () => {\n${lines(59)}}\n`,
    `const a = () => {\n${lines(58)}}\n`,
  ),
  plant('a line is too long', lineLength, 'src/cli/a.ts', `${'a'.repeat(111)}\n`, `${'a'.repeat(110)}\n`),
  plant(
    'a line with a text is too long',
    lineLength,
    'src/cli/a.ts',
    `const a = '${'a'.repeat(109)}'\n`,
    `const a = '${'a'.repeat(108)}'\n`,
  ),
  plant(
    'a line with a template is too long',
    lineLength,
    'src/cli/a.ts',
    `const a = \`${'a'.repeat(121)}\n\`\n`,
    `const a = \`\n${'a'.repeat(120)}\n\`\n`,
  ),
  plant(
    'the title of a test is too long',
    lineLength,
    'test/a.test.ts',
    `test('${'a'.repeat(99)}', async () => {\n})\n`,
    `test('${'a'.repeat(98)}', async () => {\n})\n`,
  ),
  plant(
    'code goes on behind a text',
    lineLength,
    'src/cli/a.ts',
    `const a = '${'a'.repeat(60)}' + ${'b'.repeat(40)}\n`,
    `const a = '${'a'.repeat(60)}' + ${'b'.repeat(30)}\n`,
  ),
  plant(
    'a comment is too long',
    lineLength,
    'src/cli/a.ts',
    `// ${'a'.repeat(108)}\n`,
    `// ${'a'.repeat(107)}\n`,
  ),
  plant(
    'a module only hands others on',
    noBarrels,
    'src/cli/a.ts',
    "export * from './b.ts'\nexport { c } from './c.ts'\n",
    "export { c } from './c.ts'\nexport const d = 1\n",
  ),
]

function plant(name: string, rule: Rule, path: string, bad: string, clean: string): Planted {
  return { name, rule, path, bad, clean }
}

for (const { name, rule, path, bad, clean } of planted) {
  test(`found: ${name}`, () => {
    assert.deepEqual(rule([{ path, text: clean }]), [])
    const found = rule([{ path, text: bad }])
    assert.deepEqual(
      found.map((violation) => violation.path),
      [path],
    )
  })
}

const at = (path: string, text = 'export const a = 1\n') => ({ path, text })

test('found: names that are not kebab-case', () => {
  assert.deepEqual(kebabNames([at('src/cli/two-words.ts'), at('test/cli/two-words.test.ts')]), [])
  assert.equal(
    kebabNames([at('src/cli/twoWords.ts'), at('src/cli/Two.ts'), at('src/cli/two_words.ts')]).length,
    3,
  )
})

test('found: names that say nothing', () => {
  assert.deepEqual(tellingNames([at('src/cli/command.ts'), at('src/cli/utility-bill.ts')]), [])
  const vague = ['src/cli/utils.ts', 'src/helpers/a.ts', 'src/cli/common.test.ts'].map((path) => at(path))
  assert.equal(tellingNames(vague).length, 3)
})

test('found: an index file', () => {
  assert.equal(noBarrels([at('src/cli/index.ts')]).length, 1)
})

test('found: a source file without a test', () => {
  const rule = mirroredTests({})
  assert.deepEqual(rule([at('src/cli/a.ts'), at('test/cli/a.test.ts')]), [])
  assert.deepEqual(rule([at('src/cli/a.ts', 'export type A = 1\n')]), [])
  assert.equal(rule([at('src/cli/a.ts')]).length, 1)
})

test('found: a listing as untested that is idle', () => {
  const rule = mirroredTests({ 'src/cli/a.ts': 'reason' })
  assert.deepEqual(rule([at('src/cli/a.ts')]), [])
  assert.equal(rule([at('src/cli/a.ts'), at('test/cli/a.test.ts')]).length, 1)
  assert.equal(rule([]).length, 1)
})

test('found: a test of nothing', () => {
  const rule = mirroredTests({})
  assert.deepEqual(
    rule([at('test/cli.test.ts'), at('src/engine/risk/a.ts', ''), at('test/engine/risk.test.ts')]),
    [],
  )
  assert.equal(rule([at('test/cli/gone.test.ts')]).length, 1)
})

test('found: a dead file', () => {
  const entry = at(
    'src/cli/cdb.ts',
    "const load = () => import('./b.ts')\nnew URL('./c.ts', import.meta.url)\n",
  )
  const live = [entry, at('src/cli/b.ts'), at('src/cli/c.ts')]
  assert.deepEqual(noDeadFiles(live), [])
  const tested = [at('src/cli/d.ts'), at('test/cli/d.test.ts', importing('../../src/cli/d.ts'))]
  assert.deepEqual(noDeadFiles([...live, ...tested]), [])
  assert.deepEqual(
    noDeadFiles([...live, at('src/cli/d.ts')]).map(({ path }) => path),
    ['src/cli/d.ts'],
  )
  assert.deepEqual(
    noDeadFiles([...live, at('test/leftover.ts')]).map(({ path }) => path),
    ['test/leftover.ts'],
  )
})

test('a comment is not code', () => {
  const text = join(
    '// Unlike Date',
    '.now() it repeats.\n/* import { a } from "fflate" */\nexport const a = 1\n',
  )
  assert.deepEqual(pureWords([at('src/engine/a.ts', text)]), [])
  assert.deepEqual(layers([at('src/engine/a.ts', text)]), [])
})

test('the repository is read whole', () => {
  const paths = readRepository().map(({ path }) => path)
  for (const path of [
    'src/cli/cdb.ts',
    'src/domain/decimal.ts',
    'test/tidy.test.ts',
    'README.md',
    'eslint.config.js',
  ]) {
    assert.ok(paths.includes(path), path)
  }
})
