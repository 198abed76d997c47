import type { Check } from '../check.ts'
import { at, listAt, textAt } from '../value.ts'
import type { ValueRecord } from '../value.ts'
import { probeNames } from './container-probes.ts'
import { eachContainer, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'
import { parseShell } from './shell-command.ts'
import type { ShellCommand, ShellWord } from './shell-command.ts'

/** Arguments of a process are read by whoever lists the processes of the node. */
export const argumentChecks: readonly Check[] = [
  {
    id: 'W19',
    severity: 'high',
    title: 'No password stands among the arguments of a command, a probe or a hook',
    run: eachContainer(({ value }) => {
      const messages = commandsOf(value).flatMap(({ place, words, isExpanded }) =>
        secretsIn(words, value, isExpanded).map((secret) => `${place} has ${secret} among its arguments`),
      )
      return [...new Set(messages)].map((message) => ({ message, mend: MEND }) satisfies Fault)
    }),
  },
]

const MEND = 'let the program read it from a file or from its own variable, such as REDISCLI_AUTH'

type Command = Readonly<{
  place: string
  words: readonly string[]
  /** Whether Kubernetes puts variables in for `$(NAME)`; it does not for probes and hooks. */
  isExpanded: boolean
}>

function commandsOf(container: ValueRecord): readonly Command[] {
  const handlers = [
    ...probeNames.map((name) => ({ place: name, handler: at(container, name) })),
    ...['postStart', 'preStop'].map((name) => ({ place: name, handler: at(container, 'lifecycle', name) })),
  ]
  return [
    {
      place: 'its command',
      words: textsOf([...listAt(container, 'command'), ...listAt(container, 'args')]),
      isExpanded: true,
    },
    ...handlers.map(({ place, handler }) => ({
      place,
      words: textsOf(listAt(handler, 'exec', 'command')),
      isExpanded: false,
    })),
  ]
}

/** What a secret is called by when nothing but its name tells. */
const SECRET_NAME = /PASS(?:WORD|WD)?(?:_|$)|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIAL|(?:^|_)AUTH$/
const PLACE_NAME = /_(?:FILE|PATH|DIR)$/

function isSecret(name: string, container: ValueRecord): boolean {
  const variable = listAt(container, 'env').find((each) => textAt(each, 'name') === name)
  if (at(variable, 'valueFrom', 'secretKeyRef') !== undefined) return true
  return SECRET_NAME.test(name) && !PLACE_NAME.test(name)
}

function secretsIn(words: readonly string[], container: ValueRecord, isExpanded: boolean): readonly string[] {
  const expanded = isExpanded
    ? words.flatMap((word) =>
        [...word.matchAll(/\$\((\w+)\)/g)]
          .map(([, name = '']) => name)
          .filter((name) => isSecret(name, container))
          .map((name) => `the value of ${name}`),
      )
    : []
  const script = scriptOf(words)
  if (script === null) return [...expanded, ...literals(words)]
  return [...expanded, ...scriptSecrets(script, container)]
}

/** The script of `sh -c script`; null for any other program. */
function scriptOf(words: readonly string[]): string | null {
  if (!/(?:^|\/)(?:ba|da|a|z)?sh$/.test(words[0] ?? '')) return null
  const option = words.findIndex((word) => /^-[a-z]*c$/.test(word))
  return option === -1 ? null : (words[option + 1] ?? null)
}

/** Commands of the shell itself, whose arguments are no process's. */
const builtIns: readonly string[] = [
  'echo',
  'printf',
  'test',
  '[',
  '[[',
  ':',
  'export',
  'local',
  'readonly',
  'read',
]

function scriptSecrets(script: string, container: ValueRecord): readonly string[] {
  return parseShell(script).flatMap((command) => {
    const inner = command.flatMap(({ substitutions }) =>
      substitutions.flatMap((each) => scriptSecrets(each, container)),
    )
    const started = command.slice(command.findIndex((word) => !/^\w+=/.test(word.text)))
    const isAssignment = command.every((word) => /^\w+=/.test(word.text))
    if (isAssignment || builtIns.includes(started[0]?.text ?? '')) return inner
    return [...inner, ...argumentSecrets(started, container)]
  })
}

const argumentSecrets = (command: ShellCommand, container: ValueRecord): readonly string[] => [
  ...command.slice(1).flatMap((word) => wordSecrets(word, container)),
  ...literals(command.map(({ text }) => text)),
]

const wordSecrets = ({ variables, substitutions }: ShellWord, container: ValueRecord): readonly string[] => [
  ...variables.filter((name) => isSecret(name, container)).map((name) => `the value of ${name}`),
  ...substitutions.filter((each) => /\/secrets?\//.test(each)).map((each) => `what "${each.trim()}" prints`),
]

const OPTION = /^--(?:requirepass|masterauth|password|pass|token|secret|api-key)(?:=(.*))?$/

/** Passwords that are written out: the value of an option, or a part of an address. */
function literals(words: readonly string[]): readonly string[] {
  const isClient = /(?:^|\/)(?:redis|valkey)-cli$/.test(words[0] ?? '')
  return words.flatMap((word, index) => {
    if (/:\/\/[^/\s:@$]*:[^@\s/$]+@/.test(word)) return ['a password in an address']
    const option = OPTION.exec(word)
    if (option === null && !(isClient && word === '-a')) return []
    const value = option?.[1] ?? words[index + 1] ?? ''
    // What the shell or Kubernetes puts in is found by its name; a path is read by the program.
    if (value === '' || /^[$`/-]/.test(value)) return []
    return [`the value of ${word.split('=')[0] ?? word}`]
  })
}
