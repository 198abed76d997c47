import { isSource, isTypeScript, lineOf, withoutTexts } from './source-file.ts'
import type { Rule, SourceFile, Violation } from './source-file.ts'

type Ban = Readonly<{ pattern: RegExp; instead: string }>

/** What makes a decision depend on more than its inputs. */
const IMPURE: readonly Ban[] = [
  { pattern: /\bDate\.now\b/g, instead: 'take eventMs from the event' },
  { pattern: /\bnew Date\(\s*\)/g, instead: 'take eventMs from the event' },
  { pattern: /\bMath\.random\b/g, instead: 'take a Random from createRandom(seed, name)' },
  {
    pattern: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/g,
    instead: 'act on a heartbeat event',
  },
  { pattern: /(?<![.\w])process\s*\./g, instead: 'take it as an argument' },
  { pattern: /\bconsole\s*\./g, instead: 'return an event' },
  { pattern: /(?<![.\w])performance\s*\./g, instead: 'measure in bench/' },
  { pattern: /(?<![.\w])crypto\b/g, instead: 'take a Digest as an argument' },
  { pattern: /(?<![.\w])fetch\s*\(/g, instead: 'make it a port' },
  { pattern: /\bimport\.meta\b/g, instead: 'take it as an argument' },
]

/** Ways by which money would pass through a double. */
const FLOATING: readonly Ban[] = [
  { pattern: /\bparseFloat\b/g, instead: 'parseDecimal' },
  { pattern: /\bNumber\s*\(/g, instead: 'parseDecimal, or keep the number out of the domain' },
  { pattern: /(?:^|[=(,?:[]|=>|&&|\|\||\breturn)\s*\+\s*[\w(]/gm, instead: 'parseDecimal' },
]

/** Files whose business is the border between text and number. */
const MAY_FLOAT: readonly string[] = ['src/domain/decimal.ts', 'src/domain/param.ts']

const UNFINISHED = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK']
const SILENCED = [
  'eslint-' + 'disable',
  '@ts-' + 'ignore',
  '@ts-' + 'nocheck',
  '@ts-' + 'expect-error',
  'prettier-' + 'ignore',
]

const isPure = (file: SourceFile): boolean => /^src\/(?:domain|engine)\//.test(file.path) && isSource(file)

/** domain and engine know no clock, chance, timer, environment, console or network. */
export const pureWords: Rule = (files) =>
  files.filter(isPure).flatMap((file) => banned(file, 'pure-words', IMPURE))

/** Money is parsed, never converted (R12). */
export const moneyWords: Rule = (files) =>
  files
    .filter((file) => file.path.startsWith('src/domain/') && isSource(file) && !MAY_FLOAT.includes(file.path))
    .flatMap((file) => banned(file, 'money-words', FLOATING))

function banned(file: SourceFile, rule: string, bans: readonly Ban[]): readonly Violation[] {
  const code = withoutTexts(file.text)
  return bans.flatMap(({ pattern, instead }) =>
    [...code.matchAll(pattern)].map((match) => ({
      path: file.path,
      line: lineOf(code, match.index + match[0].length - 1),
      rule,
      message: `"${match[0].trim()}" is banned here: ${instead}`,
    })),
  )
}

/** Unfinished work belongs in an issue, and a rule that is wrong is changed for all files. */
export const markers: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) || file.path.endsWith('.js'))
    .flatMap((file) => [
      ...marked(
        file,
        UNFINISHED.map((word) => new RegExp(`\\b${word}\\b`, 'g')),
        'finish it or file an issue',
      ),
      ...marked(
        file,
        SILENCED.map((word) => new RegExp(word, 'g')),
        'mend the code or change the rule for all files',
      ),
    ])

function marked(file: SourceFile, patterns: readonly RegExp[], instead: string): readonly Violation[] {
  return patterns.flatMap((pattern) =>
    [...file.text.matchAll(pattern)].map((match) => ({
      path: file.path,
      line: lineOf(file.text, match.index),
      rule: 'markers',
      message: `"${match[0]}": ${instead}`,
    })),
  )
}
