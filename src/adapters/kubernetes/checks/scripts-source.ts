import type { AuditInput, SourceFile } from '../check.ts'

/** A shell script of the folder. */
export type Script = Readonly<{
  path: string
  shell: 'bash' | 'sh' | 'powershell'
  /** What it does, without comments, here-documents and line breaks inside of a command. */
  lines: readonly Line[]
  /** The scripts that it reads in, by path. */
  sources: readonly string[]
}>

/** A command, or a row of a text over several lines, which is how a script holds its calls as data. */
export type Line = Readonly<{ line: number; text: string; isRow: boolean }>

/** One call of kubectl as it is written: variables stand as they are. */
export type KubectlCall = Readonly<{ path: string; line: number; words: readonly string[] }>

const VERBS = new Set(
  (
    'annotate api-resources apply auth certificate cluster-info config cordon cp create debug delete ' +
    'describe diff drain edit events exec explain expose get kustomize label logs patch port-forward ' +
    'proxy replace rollout run scale set taint top uncordon version wait'
  ).split(' '),
)

/** Options whose value is the next word, where it is not behind `=`. */
const WITH_VALUE = new Set(
  (
    '-n --namespace -l --selector -f --filename -k --kustomize -o --output --context --kubeconfig ' +
    '--timeout --for -c --container --tail --since --sort-by --from-literal --from-file --from-env-file ' +
    '--replicas --field-manager --field-selector --type -p --patch --request-timeout --cluster --user --image ' +
    '--as'
  ).split(' '),
)

export const scriptsOf = ({ files }: Pick<AuditInput, 'files'>): readonly Script[] =>
  files.filter(({ path }) => /\.(?:sh|bash|ps1)$/.test(path)).map(parseScript)

export function parseScript({ path, text }: SourceFile): Script {
  const shell = path.endsWith('.ps1') ? 'powershell' : /^#!.*\/sh\b/.test(text) ? 'sh' : 'bash'
  const lines = parseLines(text, shell === 'powershell' ? '`' : '\\')
  return { path, shell, lines, sources: lines.flatMap(({ text: line }) => sourceOf(line, path)) }
}

/** `source "$here/x.sh"`, `. "$PSScriptRoot/x.ps1"`: the file beside the script. */
function sourceOf(line: string, path: string): readonly string[] {
  const name = /^\s*(?:source|\.)\s+["']?[^"'\s]*?([\w.-]+\.(?:sh|bash|ps1))["']?\s*$/.exec(line)?.[1]
  return name === undefined ? [] : [path.replace(/[^/]*$/, name)]
}

/** The lines of the script and of those that it reads in. */
export const wholeLines = (script: Script, all: readonly Script[]): readonly Line[] => [
  ...script.lines,
  ...all.filter(({ path }) => script.sources.includes(path)).flatMap(({ lines }) => lines),
]

/** Whether it is run by itself, and not read in by another. */
export const isEntry = (script: Script, all: readonly Script[]): boolean =>
  !all.some(({ sources }) => sources.includes(script.path))

/** Commands, joined over line breaks; `escape` is what ends a line that goes on. */
export function parseLines(text: string, escape: string): readonly Line[] {
  const lines: Line[] = []
  let until: RegExp | null = null
  let isRow = false
  let begun = { text: '', line: 0 }
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (until !== null) {
      if (until.test(raw)) until = null
      else if (isRow && raw.trim() !== '') lines.push({ line: index + 1, text: raw.trim(), isRow: true })
      continue
    }
    const bare = withoutComment(raw)
    const goesOn = bare.endsWith(escape)
    begun = {
      text: `${begun.text}${goesOn ? bare.slice(0, -1) : bare}`,
      line: begun.text === '' ? index + 1 : begun.line,
    }
    if (goesOn) continue
    if (begun.text.trim() !== '') lines.push({ ...begun, isRow: false })
    const end = endOfText(begun.text)
    begun = { text: '', line: 0 }
    if (end !== null) [until, isRow] = [end.until, end.isRow]
  }
  return lines
}

/** A text over several lines that begins on this one, and what ends it. */
function endOfText(line: string): Readonly<{ until: RegExp; isRow: boolean }> | null {
  if (/=\s*@'$/.test(line)) return { until: /^'@/, isRow: true }
  if (/=\s*@"$/.test(line)) return { until: /^"@/, isRow: true }
  if (/=\s*'$/.test(line)) return { until: /^[^']*'/, isRow: true }
  const word = /<<-?\s*(["']?)(\w+)\1/.exec(line)?.[2]
  return word === undefined || line.includes('<<<')
    ? null
    : { until: new RegExp(`^\\s*${word}$`), isRow: false }
}

function withoutComment(line: string): string {
  let quote = ''
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index)
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") {
      quote = character
    } else if (character === '#' && (index === 0 || /[\s;]/.test(line.charAt(index - 1)))) {
      return line.slice(0, index).trimEnd()
    }
  }
  return line.trimEnd()
}

/** Calls of kubectl in commands and in rows of a table, whose first word is then the name of the step. */
export const kubectlCalls = (path: string, lines: readonly Line[]): readonly KubectlCall[] =>
  lines.flatMap(({ line, text, isRow }) =>
    (isRow ? rowCalls(text) : commandCalls(text)).map((words) => ({ path, line, words })),
  )

function rowCalls(text: string): readonly (readonly string[])[] {
  const words = text.split(/\s+/)
  const isStep = /^[a-z][a-z0-9-]*$/.test(words[0] ?? '') && words[0] !== 'kubectl'
  return isStep && VERBS.has(words[1] ?? '') ? [words.slice(1)] : commandCalls(text)
}

function commandCalls(text: string): readonly (readonly string[])[] {
  const starts = [...text.matchAll(/(?<![\w./-])kubectl(?:\.exe)?\s+/g)]
  return starts
    .map((start) => splitWords(text.slice(start.index + start[0].length)))
    .filter((words) => words.some((word) => VERBS.has(word)))
}

/** The words of a command up to its end; quotes are taken off. */
export function splitWords(text: string): readonly string[] {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (const character of text) {
    if (quote !== '') {
      if (character === quote) quote = ''
      else word = `${word ?? ''}${character}`
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/[;|&()>]/.test(character)) {
      // The digit of `2>` is of the redirection, not of the call.
      if (character === '>' && word !== null && /^\d$/.test(word)) word = null
      break
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word)
      word = null
    } else {
      word = `${word ?? ''}${character}`
    }
  }
  return word === null ? words : [...words, word]
}

/** The value of an option: `--name=value`, `--name value` or `-nvalue`; undefined where it is not given. */
export function optionOf({ words }: KubectlCall, ...names: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (names.includes(word)) return words[index + 1] ?? ''
    for (const name of names) {
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1)
      if (name.length === 2 && word.startsWith(name) && !word.startsWith('--')) return word.slice(2)
    }
  }
  return undefined
}

/** The words that are no options and no values of options: the verb first. */
export function plainWords({ words }: KubectlCall): readonly string[] {
  const plain: string[] = []
  let skips = false
  for (const word of words) {
    if (skips) skips = false
    else if (word === '--') break
    else if (word.startsWith('-')) skips = WITH_VALUE.has(word)
    else plain.push(word)
  }
  return plain
}

/** Whether a word says the same in every run: no variable, no pattern, nothing left to fill in. */
export const isFixed = (word: string): boolean => word !== '' && !/[${}<>*@`[\]]|\.\.\./.test(word)

/** Names of the long options that a script takes, without dashes and in lower case; `help` is left out. */
export function optionNames(script: Script, lines: readonly Line[]): readonly string[] {
  const names = script.shell === 'powershell' ? parameterNames(lines) : labelNames(lines)
  const plain = names.map((name) => name.replaceAll('-', '').toLowerCase())
  return [...new Set(plain)].filter((name) => name.length > 1 && name !== 'help').sort()
}

const labelNames = (lines: readonly Line[]): readonly string[] =>
  lines
    .filter(({ isRow }) => !isRow)
    .flatMap(
      ({ text }) => /^\s*(--?[a-z][\w-]*(?:\s*\|\s*--?[a-z][\w-]*)*)\)/.exec(text)?.[1]?.split('|') ?? [],
    )
    .map((name) => name.trim())

/** What stands in the first `param( ... )`. */
function parameterNames(lines: readonly Line[]): readonly string[] {
  const text = lines.flatMap((line) => (line.isRow ? [] : line.text)).join('\n')
  const begin = /^\s*param\s*\(/im.exec(text)
  if (begin === null) return []
  const inside = untilClosed(text.slice(begin.index + begin[0].length)).replaceAll(/\[[^\]]*\]/g, '')
  return inside.split(',').flatMap((part) => /^\s*\$(\w+)/.exec(part)?.[1] ?? [])
}

/** The text before the parenthesis that closes what was opened in front of it. */
function untilClosed(text: string): string {
  let depth = 1
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    depth += character === '(' ? 1 : character === ')' ? -1 : 0
    if (depth === 0) return text.slice(0, index)
  }
  return text
}
