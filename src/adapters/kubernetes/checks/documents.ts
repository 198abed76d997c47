import type { AuditInput, Check, Problem, SourceFile } from '../check.ts'
import { parseYaml } from '../yaml-text.ts'
import { commandsOf, isPowershell, isShell, isYaml, readDocument } from './documents-text.ts'
import type { Block, DocumentText } from './documents-text.ts'
import {
  isFixed,
  kubectlCalls,
  optionNames,
  optionOf,
  parseLines,
  scriptsOf,
  wholeLines,
} from './scripts-source.ts'

/** D06: what a document says can be done as it is written. */
export const documentChecks: readonly Check[] = [
  {
    id: 'D06',
    severity: 'medium',
    title:
      'blocks of documents are valid, their links and files exist, and their counts are those of the render',
    run: documentProblems,
  },
]

type Read = DocumentText & Readonly<{ path: string }>

function documentProblems(input: AuditInput): readonly Problem[] {
  const documents = input.files
    .filter(({ path }) => path.endsWith('.md'))
    .map(({ path, text }): Read => ({ path, ...readDocument(text) }))
  return documents.flatMap((document) => [
    ...linkProblems(document, documents, input),
    ...document.blocks.filter(isYaml).flatMap((block) => yamlProblems(document, block)),
    ...document.blocks.filter(isShell).flatMap((block) => pathProblems(document, block, input)),
    ...scriptProblems(document, input),
    ...countProblems(document, input),
  ])
}

const problemAt = ({ path }: Read, line: number, message: string, mend: string): Problem => ({
  ...{ file: path, line, object: '' },
  ...{ message, mend },
})

/** Links that lead out of the folder cannot be judged from within it. */
function linkProblems(document: Read, documents: readonly Read[], { files }: AuditInput): readonly Problem[] {
  return document.links.flatMap(({ target, line }) => {
    if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)) return []
    const [place = '', anchor] = target.split('#')
    const path = place === '' ? document.path : resolve(document.path.replace(/[^/]*$/, ''), place)
    if (path === null) return []
    if (!hasPath(files, path))
      return [problemAt(document, line, `${target} leads nowhere`, 'link what is there')]
    const there = documents.find((each) => each.path === path)
    if (anchor === undefined || there === undefined || there.anchors.includes(decodeURIComponent(anchor)))
      return []
    return [problemAt(document, line, `${target}: there is no such heading`, 'link a heading that is there')]
  })
}

/** A path below the folder; null where it lies outside. */
function resolve(base: string, path: string): string | null {
  const parts: string[] = []
  for (const part of `${base}${path}`.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '' && part !== '.') {
      parts.push(part)
    }
  }
  return parts.join('/')
}

/** Pictures are no text, and so not among the files. */
const hasPath = (files: readonly SourceFile[], path: string): boolean =>
  path === '' ||
  /\.(?:png|jpe?g|gif|svg|webp|pdf)$/i.test(path) ||
  files.some((file) => file.path === path || file.path.startsWith(`${path}/`))

const yamlProblems = (document: Read, block: Block): readonly Problem[] =>
  parseYaml(block.text)
    .flatMap(({ faults }) => faults)
    .map(({ line, message }) =>
      problemAt(
        document,
        block.line + line - 1,
        `the block is no YAML: ${message}`,
        'write what kubectl takes',
      ),
    )

/** Paths that begin with the name of the folder, or with what lies in it. */
function pathProblems(document: Read, block: Block, input: AuditInput): readonly Problem[] {
  const lines = parseLines(commandsOf(block), isPowershell(block) ? '`' : '\\')
  const written = new Set(
    [...block.text.matchAll(/(?:>|--output[= ]|-o[= ])\s*([\w./-]+)/g)].map((match) => match[1]),
  )
  return kubectlCalls(document.path, lines).flatMap((call) => {
    const kustomize = call.words[0] === 'kustomize' ? call.words[1] : undefined
    const path = kustomize ?? optionOf(call, '-k', '--kustomize', '-f', '--filename')
    if (path === undefined || path === '-' || !isFixed(path) || /^[a-z]+:|^\//.test(path)) return []
    const below = belowFolder(path, input)
    if (below === null || written.has(path) || hasPath(input.files, below)) return []
    return [problemAt(document, block.line + call.line - 1, `there is no ${path}`, 'name what is there')]
  })
}

/** `k8s/overlays/dev` is `overlays/dev` in the folder k8s; a path into none of its folders is not of it. */
function belowFolder(path: string, { folder, files }: AuditInput): string | null {
  const plain = resolve('', path)
  if (plain === null) return null
  const name = folder.replace(/\/+$/, '').split('/').at(-1) ?? ''
  if (plain === name) return ''
  if (plain.startsWith(`${name}/`)) return plain.slice(name.length + 1)
  const first = plain.split('/')[0] ?? ''
  return files.some((file) => file.path.startsWith(`${first}/`)) ? plain : null
}

/** A script that is called, or named as code, is there and takes the options that it is given. */
function scriptProblems(document: Read, input: AuditInput): readonly Problem[] {
  const scripts = scriptsOf(input)
  const code = [
    ...document.blocks.flatMap(({ text, line }) =>
      text.split('\n').map((each, index) => ({ text: each, line: line + index })),
    ),
    ...document.prose.flatMap(({ text, line }) =>
      [...text.matchAll(/`([^`]+)`/g)].map((match) => ({ text: match[1] ?? '', line })),
    ),
  ]
  return code.flatMap(({ text, line }) =>
    [...text.matchAll(/(?<![\w/.$}-])((?:\.{0,2}\/)?(?:[\w.-]+\/)*[\w.-]+\.(?:sh|ps1))\b([^|;&]*)/g)].flatMap(
      (match) => {
        const name = (match[1] ?? '').split('/').at(-1) ?? ''
        const script = scripts.find(({ path }) => path.split('/').at(-1) === name)
        if (script === undefined) {
          return isElsewhere(match[1] ?? '', input)
            ? []
            : [problemAt(document, line, `there is no script ${name}`, 'name one that is there')]
        }
        const known = optionNames(script, wholeLines(script, scripts))
        const given = [...(match[2] ?? '').matchAll(/\s--?([A-Za-z][\w-]*)/g)].map((each) => each[1] ?? '')
        return given
          .filter(
            (option) =>
              !known.includes(option.replaceAll('-', '').toLowerCase()) && !/^h(?:elp)?$/i.test(option),
          )
          .map((option) =>
            problemAt(document, line, `${name} takes no option ${option}`, `it takes ${known.join(', ')}`),
          )
      },
    ),
  )
}

/** A script with a path into another folder, such as `scripts/x.sh` beside ours, cannot be seen from here. */
function isElsewhere(path: string, input: AuditInput): boolean {
  const plain = resolve('', path)
  if (plain === null || path.startsWith('../')) return true
  return plain.includes('/') && belowFolder(plain, input) === null
}

const COUNTED = [
  ...['objects', 'resources', 'Deployments', 'StatefulSets', 'Services', 'ConfigMaps', 'Secrets', 'Jobs'],
  ...['CronJobs', 'PersistentVolumeClaims', 'ServiceAccounts', 'NetworkPolicies', 'PodDisruptionBudgets'],
]
const COUNT = new RegExp(`(?<![\\w.:/-])(\\d+)\\s+(?:rendered\\s+)?(${COUNTED.join('|')})\\b`, 'g')

/** A count that no build has was typed, not taken from the render. */
function countProblems(document: Read, { builds }: AuditInput): readonly Problem[] {
  const rendered = builds.filter(({ manifests }) => manifests.length > 0)
  if (rendered.length === 0) return []
  return document.prose.flatMap(({ text, line }) =>
    [...text.matchAll(COUNT)].flatMap((match) => {
      const [, count = '', noun = ''] = match
      const kind = /^(?:objects|resources)$/.test(noun) ? null : noun.replace(/ies$/, 'y').replace(/s$/, '')
      const counts = rendered.map(
        ({ manifests }) => manifests.filter((each) => kind === null || each.kind === kind).length,
      )
      if (counts.includes(Number(count))) return []
      const known = [...new Set(counts)].sort((left, right) => left - right).join(', ')
      return [
        problemAt(
          document,
          line,
          `says ${count} ${noun}; the builds have ${known}`,
          'take counts from the render',
        ),
      ]
    }),
  )
}
