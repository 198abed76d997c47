import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { manifestsFolder } from './environments.ts'
import type { Environment } from './environments.ts'
import type { Kubectl } from './kubectl.ts'

/** What Secrets hold: text by key, by name of the Secret. */
export type SecretValues = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Keys by name of the Secret, each in the order of the alphabet. */
export type SecretKeys = Readonly<Record<string, readonly string[]>>

type Contract = Readonly<{
  secrets: Readonly<
    Record<string, Readonly<{ keys: Readonly<Record<string, unknown>>; optional?: readonly string[] }>>
  >
}>

/** The Secrets of audit.yaml, with the keys that each of them must have. */
export function contractKeys(): SecretKeys {
  const { secrets } = parse(readFileSync(join(manifestsFolder, 'audit.yaml'), 'utf8')) as Contract
  return Object.fromEntries(
    Object.entries(secrets).map(([name, { keys, optional = [] }]) => [
      name,
      Object.keys(keys)
        .filter((key) => !optional.includes(key))
        .toSorted(),
    ]),
  )
}

/** The keys of values. */
export const keysOf = (values: SecretValues): SecretKeys =>
  Object.fromEntries(Object.entries(values).map(([name, data]) => [name, Object.keys(data).toSorted()]))

type Secret = Readonly<{ data?: Readonly<Record<string, string>> }>

/** What the Secrets of the contract hold in a namespace; one that is not there is left out. */
export async function secretsIn(kubectl: Kubectl, { namespace }: Environment): Promise<SecretValues> {
  const values: Record<string, Readonly<Record<string, string>>> = {}
  for (const name of Object.keys(contractKeys())) {
    const secret = await kubectl.get<Secret>([`secret/${name}`, '--namespace', namespace])
    if (secret === null) continue
    const data = Object.entries(secret.data ?? {})
    values[name] = Object.fromEntries(
      data.map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
    )
  }
  return values
}

/** Each `<secret> <key>` whose value is another than before. */
export const changedKeys = (before: SecretValues, after: SecretValues): readonly string[] =>
  Object.entries(after).flatMap(([name, data]) =>
    Object.entries(data)
      .filter(([key, value]) => before[name]?.[key] !== value)
      .map(([key]) => `${name} ${key}`),
  )
