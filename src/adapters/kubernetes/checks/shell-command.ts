/** A word of a script: as it is written, without quotes, and what the shell puts into it. */
export type ShellWord = Readonly<{
  text: string
  /** Variables that it expands; those in single quotes are text. */
  variables: readonly string[]
  /** Scripts of its `$(...)` and backquotes. */
  substitutions: readonly string[]
}>

/** One command of a script with its arguments; redirections are left out. */
export type ShellCommand = readonly ShellWord[]

/** Words at which one command ends and the next begins. */
const keywords: readonly string[] = [
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'do',
  'done',
  'while',
  'until',
  '!',
  'exec',
  '{',
  '}',
]

/**
 * Parts a script of a POSIX shell into its commands. It knows quotes, expansions, here-documents and
 * comments; what a `case` or a function does is read as commands like any other.
 */
export function parseShell(script: string): readonly ShellCommand[] {
  const reader: Reader = { text: withoutDocuments(script), at: 0 }
  const commands: ShellCommand[] = []
  let words: ShellWord[] = []
  const end = () => {
    if (words.length > 0) commands.push(words)
    words = []
  }
  while (reader.at < reader.text.length) {
    const char = reader.text[reader.at] ?? ''
    if (/[;&|\n()]/.test(char)) {
      end()
      reader.at += 1
    } else if (/\s/.test(char)) {
      reader.at += 1
    } else if (char === '#') {
      while (reader.at < reader.text.length && reader.text[reader.at] !== '\n') reader.at += 1
    } else if (char === '<' || char === '>') {
      skipRedirection(reader)
    } else {
      const word = readWord(reader)
      const isDescriptor = /^\d+$/.test(word.text) && /[<>]/.test(reader.text[reader.at] ?? '')
      if (isDescriptor || (words.length === 0 && keywords.includes(word.text))) continue
      words.push(word)
    }
  }
  end()
  return commands
}

type Reader = { readonly text: string; at: number }

/** A here-document is no argument: it goes, and the words before it stay. */
function withoutDocuments(script: string): string {
  if (!script.includes('<<')) return script
  const lines = script.split('\n')
  const places = new Map<string, number[]>()
  for (const [index, line] of lines.entries()) {
    const known = places.get(line.trim())
    if (known === undefined) places.set(line.trim(), [index])
    else known.push(index)
  }
  const kept: string[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    kept.push(line.replace(DOCUMENT, ''))
    const ends = places.get(DOCUMENT.exec(line)?.[2] ?? '') ?? []
    const end = nextAfter(ends, index)
    if (end !== undefined) index = end
  }
  return kept.join('\n')
}

const DOCUMENT = /<<-?\s*(['"]?)(\w+)\1/

/** The first of sorted places after one. */
function nextAfter(places: readonly number[], place: number): number | undefined {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] ?? 0) > place) high = middle
    else low = middle + 1
  }
  return places[low]
}

function skipRedirection(reader: Reader): void {
  while (/[<>&]/.test(reader.text[reader.at] ?? '')) reader.at += 1
  while (/[ \t]/.test(reader.text[reader.at] ?? '')) reader.at += 1
  if (/[^\s;|()]/.test(reader.text[reader.at] ?? '')) readWord(reader)
}

function readWord(reader: Reader): ShellWord {
  const { text } = reader
  const variables: string[] = []
  const substitutions: string[] = []
  let written = ''
  let isQuoted = false
  for (; reader.at < text.length;) {
    const char = text[reader.at] ?? ''
    if (!isQuoted && /[\s;&|()<>]/.test(char)) break
    if (char === '"') {
      isQuoted = !isQuoted
      reader.at += 1
    } else if (char === "'" && !isQuoted) {
      const close = endAt(text, "'", reader.at + 1)
      written += text.slice(reader.at + 1, close)
      reader.at = close + 1
    } else if (char === '\\') {
      written += text[reader.at + 1] ?? ''
      reader.at += 2
    } else if (char === '$' || char === '`') {
      const from = reader.at
      readExpansion(reader, variables, substitutions)
      written += text.slice(from, reader.at)
    } else {
      written += char
      reader.at += 1
    }
  }
  return { text: written, variables, substitutions }
}

/** Reads on from `$` or a backquote. */
function readExpansion(reader: Reader, variables: string[], substitutions: string[]): void {
  const { text } = reader
  if (text[reader.at] === '`') {
    const close = endAt(text, '`', reader.at + 1)
    substitutions.push(text.slice(reader.at + 1, close))
    reader.at = close + 1
    return
  }
  if (text[reader.at + 1] === '(') {
    const close = closing(text, reader.at + 1)
    substitutions.push(text.slice(reader.at + 2, close))
    reader.at = close + 1
    return
  }
  const name = /^\$(?:\{(\w+)[^}]*\}|(\w+))/.exec(text.slice(reader.at))
  const found = name?.[1] ?? name?.[2]
  if (found !== undefined) variables.push(found)
  reader.at += name?.[0].length ?? 1
}

const endAt = (text: string, char: string, from: number): number => {
  const found = text.indexOf(char, from)
  return found === -1 ? text.length : found
}

/** Where the bracket that opens there is closed. */
function closing(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1
    if (text[at] === ')') depth -= 1
    if (depth === 0) return at
  }
  return text.length
}
