import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isStrategyFile, loadStrategy, nearestName } from '../../../src/adapters/system/strategy-file.ts'
import { CdbError } from '../../../src/domain/errors.ts'
import { strategies } from '../../../src/engine/strategies.ts'
import { inTemporaryFolder } from '../../cli/temporary-folder.ts'

const trade = { kind: 'trade', eventMs: 0, tradeId: 1, price: 1, quantity: 1, aggressor: null } as const

async function failureOf(file: string, text: string): Promise<CdbError> {
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, file)
    writeFileSync(path, text)
    try {
      await loadStrategy(path)
    } catch (error) {
      assert(error instanceof CdbError, String(error))
      return error
    }
    assert.fail(`${text} was taken as a strategy`)
  })
}

const parts = {
  name: `name: 'mine'`,
  description: `description: 'text'`,
  params: 'params: []',
  candleMs: 'candleMs: () => null',
  create: 'create: () => ({})',
}
const without = (left: keyof typeof parts, instead = ''): string => {
  const fields = Object.entries(parts).filter(([name]) => name !== left)
  return `export default { ${fields.map(([, text]) => text).join(', ')}, ${instead} }`
}

test('a built-in strategy is found by its name', async () => {
  assert.equal(await loadStrategy('momentum'), strategies['momentum'])
})

test('a text with a slash or an extension of a module is a file', () => {
  assert(isStrategyFile('./mine.ts') && isStrategyFile('mine.ts') && isStrategyFile('folder/mine'))
  assert(!isStrategyFile('momentum') && !isStrategyFile('moving-average-cross'))
})

test('an unknown name names the nearest built-in', async () => {
  await assert.rejects(loadStrategy('momentun'), (error: CdbError) => {
    return error.code === 'CDB_STRATEGY_UNKNOWN' && error.mend.startsWith('did you mean momentum?')
  })
})

test('the nearest name is one that is near at all', () => {
  assert.equal(nearestName('breakot', ['momentum', 'breakout']), 'breakout')
  assert.equal(nearestName('mean', ['momentum', 'mean-reversion']), 'mean-reversion')
  assert.equal(nearestName('xyz', ['momentum', 'breakout']), null)
})

test('a file that is not there is an unknown strategy', async () => {
  await assert.rejects(loadStrategy('./nowhere.ts'), { code: 'CDB_STRATEGY_UNKNOWN' })
})

test('a folder is no strategy', async () => {
  await assert.rejects(loadStrategy('./src'), { code: 'CDB_STRATEGY_INVALID' })
})

const invalid: Readonly<Record<string, readonly [string, string]>> = {
  'no default export': ['export const x = 1', 'has no default export'],
  'a name that is not kebab-case': [without('name', `name: 'My Strategy'`), 'has no name in kebab-case'],
  'no description': [without('description'), 'has no description'],
  'no create': [without('create'), 'has no function create'],
  'no candleMs': [without('candleMs'), 'has no function candleMs'],
  'no params': [without('params'), 'has no list params'],
  'text that is no program': ['export default {', 'cannot be loaded'],
  'a module that throws': [`throw new Error('no luck')`, 'cannot be loaded: no luck'],
  'an import that is not there': [
    `import './nothing.ts'\n${without('params', 'params: []')}`,
    'cannot be loaded',
  ],
  'a parameter with a default out of bounds': [
    without(
      'params',
      `params: [{ name: 'n', type: 'integer', unit: '', default: '5', min: '6', max: '9', meaning: '' }]`,
    ),
    'has parameter n with a bad default',
  ],
  'a parameter of no known type': [
    without(
      'params',
      `params: [{ name: 'n', type: 'int', unit: '', default: '5', min: '', max: '', meaning: '' }]`,
    ),
    'has parameter n with a type that is none of',
  ],
}

for (const [what, [text, message]] of Object.entries(invalid)) {
  test(`a file with ${what} is refused, and the message says why`, async () => {
    const error = await failureOf('mine.mjs', text)
    assert.equal(error.code, 'CDB_STRATEGY_INVALID')
    assert(error.message.includes(message), error.message)
  })
}

test('what a strategy file throws is thrown on with its call and place', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'mine.mjs')
    const source = without('create', `create: () => ({ onTrade: () => { throw new TypeError('lost') } })`)
    writeFileSync(path, source)
    const { create } = await loadStrategy(path)
    const strategy = create({})
    const column = source.indexOf('new TypeError') + 1
    assert.throws(() => strategy.onTrade?.(trade), {
      message: `TypeError: lost, in onTrade at file://${path}:1:${column}`,
    })
  })
})

test('a strategy that cannot start is a failed strategy', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'mine.mjs')
    writeFileSync(path, without('create', 'create: () => 7'))
    const { create } = await loadStrategy(path)
    assert.throws(() => create({}), {
      code: 'CDB_STRATEGY_FAILED',
      message: 'strategy mine failed: create returned 7, not a strategy',
    })
  })
})

for (const [what, wish] of [
  ['a promise', 'Promise.resolve(null)'],
  ['a wish without action', `({ side: 'buy', reason: '' })`],
  ['a wish with a strange side', `({ action: 'enter', side: 'long', reason: '' })`],
  ['a wish without reason', `({ action: 'enter', side: 'buy' })`],
  ['a wish with a stop of NaN', `({ action: 'enter', side: 'buy', reason: '', stopLossPercent: NaN })`],
] as const) {
  test(`${what} is not taken for a wish`, async () => {
    await inTemporaryFolder(async (folder) => {
      const path = join(folder, 'mine.mjs')
      writeFileSync(path, without('create', `create: () => ({ onTrade: () => ${wish} })`))
      const { create } = await loadStrategy(path)
      const strategy = create({})
      assert.throws(() => strategy.onTrade?.(trade), /onTrade returned a wish that cannot be read/)
    })
  })
}

test('callbacks that a strategy lacks stay absent, and those it has see their own object', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'mine.mjs')
    const body = `class Mine { last = 'seen'; onGap() { this.last = 'gap' } onQuote() {
      return { action: 'exit', side: 'sell', reason: this.last } } }`
    writeFileSync(path, `${body}\n${without('create', 'create: () => new Mine()')}`)
    const { create } = await loadStrategy(path)
    const strategy = create({})
    strategy.onGap?.(5)
    const quote = {
      kind: 'quote',
      eventMs: 0,
      bidPrice: 1,
      bidQuantity: 1,
      askPrice: 2,
      askQuantity: 1,
    } as const
    assert.equal(strategy.onQuote?.(quote)?.reason, 'gap')
    assert.deepEqual(Object.keys(strategy).sort(), ['onGap', 'onQuote'])
  })
})
