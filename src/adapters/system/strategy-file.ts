import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CdbError } from '../../domain/errors.ts'
import type { ParamSpec } from '../../domain/param.ts'
import { parseParam } from '../../domain/param.ts'
import { strategies } from '../../engine/strategies.ts'
import type { StrategyDefinition } from '../../engine/strategy.ts'
import { guardStrategy } from './strategy-guard.ts'

/** Whether a `--strategy` names a file rather than a built-in strategy. */
export const isStrategyFile = (text: string): boolean => /[\\/]|\.[cm]?[jt]s$/.test(text)

/**
 * The built-in strategy of that name, or the strategy that a file exports. Throws CDB_STRATEGY_UNKNOWN where
 * there is neither and CDB_STRATEGY_INVALID where the file is no strategy; what a file's strategy throws
 * later becomes CDB_STRATEGY_FAILED.
 */
export async function loadStrategy(nameOrFile: string): Promise<StrategyDefinition> {
  if (!isStrategyFile(nameOrFile)) return builtIn(nameOrFile)
  const path = resolve(nameOrFile)
  if (!existsSync(path)) {
    throw new CdbError('CDB_STRATEGY_UNKNOWN', `there is no strategy file ${nameOrFile}`, {
      mend: 'check the path; built-in strategies are listed by: cdb strategies',
    })
  }
  if (!statSync(path).isFile()) throw invalid(nameOrFile, 'is not a file')
  return guardStrategy(checkDefinition(nameOrFile, await importDefault(nameOrFile, path)))
}

function builtIn(name: string): StrategyDefinition {
  const definition = Object.hasOwn(strategies, name) ? strategies[name] : undefined
  if (definition !== undefined) return definition
  const near = nearestName(name, Object.keys(strategies))
  throw new CdbError('CDB_STRATEGY_UNKNOWN', `there is no built-in strategy "${name}"`, {
    mend: `${near === null ? '' : `did you mean ${near}? `}see: cdb strategies; a file needs its path, ./mine.ts`,
  })
}

const invalid = (file: string, problem: string, cause?: unknown): CdbError =>
  new CdbError('CDB_STRATEGY_INVALID', `strategy file ${file} ${problem}`, {
    mend: 'export a StrategyDefinition as the default; see examples/',
    ...(cause === undefined ? {} : { cause }),
  })

async function importDefault(file: string, path: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
    return module['default']
  } catch (error) {
    const [firstLine] = (error instanceof Error ? error.message : String(error)).trim().split('\n')
    throw invalid(file, `cannot be loaded: ${firstLine ?? 'no reason given'}`, error)
  }
}

type Plain = Readonly<Record<string, unknown>>

/** Checks the shape of what a file exports, and that every default lies within its own bounds. */
function checkDefinition(file: string, exported: unknown): StrategyDefinition {
  if (typeof exported !== 'object' || exported === null)
    throw invalid(file, 'has no default export of a strategy')
  const { name, description, params, candleMs, create } = exported as Plain
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    throw invalid(file, 'has no name in kebab-case (a-z, 0-9 and -)')
  }
  if (typeof description !== 'string') throw invalid(file, 'has no description')
  if (typeof candleMs !== 'function') throw invalid(file, 'has no function candleMs(params)')
  if (typeof create !== 'function') throw invalid(file, 'has no function create(params)')
  if (!Array.isArray(params)) throw invalid(file, 'has no list params (it may be empty)')
  for (const param of params) checkParam(file, name, param)
  return exported as StrategyDefinition
}

const PARAM_TYPES = ['number', 'integer', 'duration', 'decimal', 'flag', 'text']
const PARAM_TEXTS = ['name', 'unit', 'default', 'min', 'max', 'meaning'] as const

function checkParam(file: string, strategy: string, param: unknown): void {
  const plain = (typeof param === 'object' && param !== null ? param : {}) as Plain
  for (const field of PARAM_TEXTS) {
    if (typeof plain[field] !== 'string') throw invalid(file, `has a parameter whose ${field} is not a text`)
  }
  const name = String(plain['name'])
  if (!PARAM_TYPES.includes(String(plain['type']))) {
    throw invalid(file, `has parameter ${name} with a type that is none of ${PARAM_TYPES.join(', ')}`)
  }
  try {
    parseParam(`strategy ${strategy}`, plain as unknown as ParamSpec, String(plain['default']))
  } catch (error) {
    if (!(error instanceof CdbError)) throw error
    throw invalid(file, `has parameter ${name} with a bad default: ${error.message}`, error)
  }
}

/** The name that the fewest edits away from what was written; null when none is near. */
export function nearestName(written: string, names: readonly string[]): string | null {
  let nearest: string | null = null
  let fewest = Math.max(2, Math.floor(written.length / 2)) + 1
  for (const name of names) {
    const edits = name.startsWith(written) && written.length >= 3 ? 1 : editsBetween(written, name)
    if (edits < fewest) {
      fewest = edits
      nearest = name
    }
  }
  return nearest
}

/** Levenshtein distance. */
function editsBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const kept = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(kept, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
