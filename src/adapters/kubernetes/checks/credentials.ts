import { deployed } from '../check.ts'
import type { AuditInput, Check, Problem, SourceFile } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, textAt, textsAt } from '../value.ts'
import { workloadOf } from '../workload.ts'
import { commandOf } from './host-references.ts'
import { problemOf } from './scope.ts'
import type { Fault } from './scope.ts'
import { isSealed } from './sealed-secrets.ts'

/** S02: no credential stands where everybody reads it. */
export const credentialChecks: readonly Check[] = [
  {
    id: 'S02',
    severity: 'blocker',
    title: 'No password, key or token stands in a ConfigMap, an argument, an address, a document or a file',
    run: (input) => [...renderedProblems(input), ...input.files.flatMap(fileProblems)],
  },
]

/** Forms that only credentials have. */
const FORMS: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ['a key of AWS', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a token of GitHub', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})/],
  ['a token of GitLab', /\bglpat-[\w-]{20,}/],
  ['a token of Slack', /\bxox[abprs]-[\w-]{10,}/],
  ['a key of Google', /\bAIza[\w-]{35}\b/],
  ['a live key of Stripe', /\bsk_live_\w{16,}/],
  ['a token of Vault', /\bhvs\.[\w-]{24,}/],
  ['a signed token', /\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{10,}/],
]
const URL_PASSWORD = /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"'<>]*:([^\s/@"'<>]+)@/g
const SECRET_WORDS = 'pass|passwd|password|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key'
const SECRET_NAME = new RegExp(`(?:^|[._-])(?:${SECRET_WORDS}|credentials?)$`, 'i')
const ASSIGNMENT = /^\s*(?:-\s+)?(?:export\s+)?["']?([A-Za-z][\w.-]*)["']?\s*[:=]\s*["']?([^\s"'#,]+)["']?/
const SECRET_FLAG = /^--?(?:[a-z]+-)*(?:password|passwd|requirepass|masterauth|token|secret|api-key)$/
/** What stands for a value that is put there later, a path, or a word that is none. */
const PLACEHOLDER = /^(?:[$<{%*/]|ENC\[|!|true$|false$|null$|none$|\d{1,5}$)/
const PLACEHOLDER_WORD = /CHANGE_?ME|PLACEHOLDER|EXAMPLE|YOUR[_-]|REDACTED|\*\*\*|\.\.\./i

const isPlaceholder = (text: string): boolean => PLACEHOLDER.test(text) || PLACEHOLDER_WORD.test(text)

const MEND = 'Take it out of Git, make a new one, and pass it as a file of a Secret.'

const renderedProblems = (input: AuditInput): readonly Problem[] =>
  deployed(input).flatMap(({ manifests }) =>
    manifests.flatMap((manifest) =>
      [...configFaults(manifest), ...containerFaults(manifest)].map((fault) => problemOf(manifest, fault)),
    ),
  )

function configFaults({ kind, value }: Manifest): readonly Fault[] {
  if (kind !== 'ConfigMap') return []
  return Object.entries(textsAt(value, 'data')).flatMap(([key, text]) => [
    ...namedFault(key, text),
    ...credentialsIn(text).map(({ what }) => ({ message: `${key} holds ${what}`, mend: MEND })),
  ])
}

function containerFaults(manifest: Manifest): readonly Fault[] {
  const containers = workloadOf(manifest)?.containers ?? []
  return containers.flatMap(({ value }) => {
    const words = commandOf(value)
    return [
      ...listAt(value, 'env').flatMap((entry) => {
        const [name, text] = [textAt(entry, 'name') ?? '', textAt(entry, 'value') ?? '']
        const found = credentialsIn(text).map(({ what }) => ({
          message: `${name} holds ${what}`,
          mend: MEND,
        }))
        return [...namedFault(name, text), ...found]
      }),
      ...words.flatMap((word, index) => flagFault(word, words[index + 1] ?? '')),
      ...words
        .flatMap(credentialsIn)
        .map(({ what }) => ({ message: `an argument holds ${what}`, mend: MEND })),
    ]
  })
}

/** A value whose name says that it is a secret, and that is no path and no placeholder. */
const namedFault = (name: string, text: string): readonly Fault[] =>
  SECRET_NAME.test(name) && text.trim() !== '' && !isPlaceholder(text.trim())
    ? [{ message: `${name} is a credential in plain text`, mend: MEND }]
    : []

function flagFault(word: string, next: string): readonly Fault[] {
  const equals = word.indexOf('=')
  const [flag, text] = equals > 0 ? [word.slice(0, equals), word.slice(equals + 1)] : [word, next]
  const isSecret = SECRET_FLAG.test(flag) && text !== '' && !isPlaceholder(text) && !text.startsWith('-')
  return isSecret ? [{ message: `argument ${flag} is a credential in plain text`, mend: MEND }] : []
}

function fileProblems({ path, text }: SourceFile): readonly Problem[] {
  return credentialsIn(text).map(({ line, what }) => ({
    ...{ file: path, line, object: '' },
    message: `the line holds ${what}`,
    mend: MEND,
  }))
}

/** Credentials in a text, by their form, in addresses, and as random values of telling names. */
export function credentialsIn(text: string): readonly Readonly<{ line: number; what: string }>[] {
  return text.split('\n').flatMap((line, index) => {
    const forms = FORMS.filter(([, form]) => form.test(line)).map(([what]) => what)
    const addresses = [...line.matchAll(URL_PASSWORD)]
      .filter(([, password = '']) => !isPlaceholder(password))
      .map(() => 'a password in an address')
    const match = ASSIGNMENT.exec(line)
    const [, name = '', value = ''] = match ?? []
    const named = SECRET_NAME.test(name) && isRandom(value) ? [`a value of ${name}`] : []
    return [...forms, ...addresses, ...named].map((what) => ({ line: index + 1, what }))
  })
}

/** Whether chance has made a text: long, of several kinds of characters, and no two words alike. */
export function isRandom(text: string): boolean {
  if (text.length < 12 || isSealed(text) || isPlaceholder(text)) return false
  // Words with dashes are names, such as that of a key of a Secret.
  if (/^[A-Za-z]+(?:[-_./][A-Za-z0-9]{1,12})*$/.test(text) && !/\d.*\d.*\d/.test(text)) return false
  return /\d/.test(text) && /[A-Za-z]/.test(text) && entropyOf(text) >= 3
}

/** Bits a character, by Shannon. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  const shares = [...counts.values()].map((count) => count / text.length)
  return shares.reduce((sum, share) => sum - share * Math.log2(share), 0)
}
