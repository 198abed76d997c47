import { basename } from 'node:path/posix'
import { isTypeScript, withoutComments } from './source-file.ts'
import type { Rule } from './source-file.ts'

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.config)?\.(?:ts|js|css|html|sql)$/
/** Names that say nothing, so that anything ends up behind them. */
const VAGUE = /^(?:utils?|helpers?|common|misc|shared|lib)$/

const isCode = (path: string): boolean => /\.(?:ts|js|css|html|sql)$/.test(path)

export const kebabNames: Rule = (files) =>
  files
    .filter(({ path }) => isCode(path) && !KEBAB.test(basename(path)))
    .map(({ path }) => ({ path, line: 0, rule: 'kebab-names', message: 'name files in kebab-case' }))

export const tellingNames: Rule = (files) =>
  files
    .filter(
      ({ path }) => isCode(path) && path.split('/').some((part) => VAGUE.test(part.replace(/\..*$/, ''))),
    )
    .map(({ path }) => ({
      path,
      line: 0,
      rule: 'telling-names',
      message: 'name it for the noun that it defines',
    }))

/** A file is imported where it lies; a barrel hides that and loads what nobody asked for. */
export const noBarrels: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && (basename(file.path) === 'index.ts' || isBarrel(file.text)))
    .map(({ path }) => ({
      path,
      line: 0,
      rule: 'no-barrels',
      message: 'import from the file that defines it',
    }))

function isBarrel(text: string): boolean {
  const code = withoutComments(text).trim()
  const rest = code.replace(
    /export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*['"][^'"]+['"];?/g,
    '',
  )
  return code !== '' && rest.trim() === ''
}
