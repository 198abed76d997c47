import { parseShell } from './shell-command.ts'
import type { ShellCommand } from './shell-command.ts'

/** A Secret that a command makes, and its keys. */
export type MadeSecret = Readonly<{ name: string; keys: readonly string[] }>

/** Names of files by the folder that a script writes them to, both as the script spells them. */
export type WrittenFiles = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Secrets that a script makes by `kubectl create secret generic` and `vault kv put`. Loops over words are
 * run; what is still a variable then is not guessed at.
 */
export const secretsMadeBy = (script: string, written: WrittenFiles): readonly MadeSecret[] =>
  parseShell(unrolled(script)).flatMap((command) => createdBy(command, written) ?? putBy(command) ?? [])

/** Files that a script redirects to: a folder of them may become a Secret. */
export function filesWrittenBy(script: string): WrittenFiles {
  const files = new Map<string, Set<string>>()
  for (const [, path = ''] of unrolled(script).matchAll(/>[ \t]*"?([^\s"|;&>]+\/[^\s"|;&>]+)"?/g)) {
    const folder = path.slice(0, path.lastIndexOf('/'))
    const known = files.get(folder) ?? new Set()
    known.add(path.slice(folder.length + 1))
    files.set(folder, known)
  }
  return files
}

const LOOP = /\bfor (\w+) in ([\w .-]+?) *[;\n]\s*do\b/g
const END = /\bdone\b/g
/** Letters that all loops of one script may be written out to; the rest stays as it is. */
const UNROLLED_MAX = 1 << 20

/** Lines that are continued joined, and each loop over plain words written out. */
function unrolled(script: string): string {
  const text = script.replace(/[\\`]\r?\n\s*/g, ' ')
  const parts: string[] = []
  let [from, left] = [0, UNROLLED_MAX]
  for (const loop of text.matchAll(LOOP)) {
    if (loop.index < from) continue
    const start = loop.index + loop[0].length
    END.lastIndex = start
    const end = END.exec(text)
    if (end === null) break
    const words = (loop[2] ?? '').split(/\s+/)
    left -= words.length * (end.index - start)
    if (left < 0) break
    const variable = new RegExp(`\\$(?:${loop[1] ?? ''}\\b|\\{${loop[1] ?? ''}\\})`, 'g')
    const body = text.slice(start, end.index)
    parts.push(text.slice(from, loop.index), words.map((word) => body.replace(variable, word)).join('\n'))
    from = end.index + end[0].length
  }
  return [...parts, text.slice(from)].join('\n')
}

function createdBy(command: ShellCommand, written: WrittenFiles): MadeSecret | null {
  const words = command.map(({ text }) => text)
  const at = words.findIndex((word, index) => word === 'secret' && words[index + 1] === 'generic')
  const name = words[at + 2]
  if (words[0] !== 'kubectl' || at === -1 || name === undefined) return null
  const options = /^--from-(?:literal|file)(?:=(.*))?$/
  const keys = words.flatMap((word, index) => {
    const option = options.exec(word)
    return option === null ? [] : keysOf(option[1] ?? words[index + 1] ?? '', written)
  })
  return isWritten(name, keys) ? { name, keys } : null
}

/** `key=value`, `key=path`, a file that gives its name, or a folder whose files give theirs. */
function keysOf(value: string, written: WrittenFiles): readonly string[] {
  const files = written.get(value.replace(/\/$/, ''))
  if (files !== undefined) return [...files]
  return [value.includes('=') ? (value.split('=')[0] ?? '') : (value.split('/').at(-1) ?? '')]
}

/** The Secret is called as the last part of the path in Vault. */
function putBy(command: ShellCommand): MadeSecret | null {
  const [program, kv, put, ...rest] = command.map(({ text }) => text)
  if (program !== 'vault' || kv !== 'kv' || put !== 'put') return null
  const plain = rest.filter((word) => !word.startsWith('-'))
  const name =
    plain
      .find((word) => !word.includes('='))
      ?.split('/')
      .at(-1) ?? ''
  const keys = plain.filter((word) => word.includes('=')).map((word) => word.split('=')[0] ?? '')
  return isWritten(name, keys) ? { name, keys } : null
}

/** Whether name and keys stand there, and no variables for them. */
const isWritten = (name: string, keys: readonly string[]): boolean =>
  keys.length > 0 && [name, ...keys].every((text) => text !== '' && !/[$<>]/.test(text))
