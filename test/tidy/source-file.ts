import { dirname, join, normalize } from 'node:path/posix'

/** A file of the repository: its path from the root, with forward slashes, and its text. */
export type SourceFile = Readonly<{ path: string; text: string }>

/** What is wrong where, and what to do instead; `line` is 0 when it concerns the whole file. */
export type Violation = Readonly<{ path: string; line: number; rule: string; message: string }>

/** One check over the whole repository: a pure function, so that it can be tested with planted violations. */
export type Rule = (files: readonly SourceFile[]) => readonly Violation[]

/** An import as written, and the path from the root when it names a file of ours. */
export type Import = Readonly<{ line: number; specifier: string; target: string | null }>

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)(['"])([^'"\n]+)\1/g

/**
 * Every static and dynamic import and re-export, and every file that `new URL(..., import.meta.url)` names.
 */
export function importsOf(file: SourceFile): readonly Import[] {
  const code = withoutComments(file.text)
  return [...code.matchAll(IMPORT)].map((match) => {
    const specifier = match[2] ?? ''
    const target = specifier.startsWith('.') ? normalize(join(dirname(file.path), specifier)) : null
    return { line: lineOf(code, match.index), specifier, target }
  })
}

export const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length

export const linesOf = (text: string): readonly string[] => text.replace(/\n$/, '').split('\n')

export const isTypeScript = (file: SourceFile): boolean => file.path.endsWith('.ts')
export const isSource = (file: SourceFile): boolean => file.path.startsWith('src/') && isTypeScript(file)

const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g

/** The text with comments blanked out, lines kept, so that words in prose are not taken for code. */
export const withoutComments = (text: string): string =>
  text.replace(TOKEN, (token) => (token.startsWith('/') ? token.replace(/[^\n]/g, ' ') : token))

/** As withoutComments, and with the content of quoted texts blanked out too. */
export const withoutTexts = (text: string): string =>
  text.replace(TOKEN, (token) => {
    if (token.startsWith('/')) return token.replace(/[^\n]/g, ' ')
    if (token.startsWith('`')) return blankTemplate(token)
    return `${token[0] ?? ''}${' '.repeat(token.length - 2)}${token[0] ?? ''}`
  })

/** Keeps what stands in `${...}`, which is code. */
function blankTemplate(token: string): string {
  let depth = 0
  let blank = ''
  for (let i = 0; i < token.length; i++) {
    const at = token[i] ?? ''
    if (at === '$' && token[i + 1] === '{') depth++
    const isCode = depth > 0
    if (at === '}' && depth > 0) depth--
    blank += isCode || at === '\n' || at === '`' ? at : ' '
  }
  return blank
}
