import type { AuditInput } from '../check.ts'
import { otherObjects } from './gitops-syncs.ts'

/** Whether people can find out how to make a Secret that Flux needs: a guide names it, or it is there. */
export const isKnownSecret = (input: AuditInput, name: string, namespace: string): boolean =>
  input.files.some(({ path, text }) => path.endsWith('.md') && hasWord(text, name)) ||
  otherObjects(input).some(
    (each) =>
      ['Secret', 'SealedSecret', 'ExternalSecret'].includes(each.kind) &&
      each.name === name &&
      each.namespace === namespace,
  )

const hasWord = (text: string, word: string): boolean =>
  new RegExp(`(?<![\\w.-])${word.replace(/[.]/g, '\\.')}(?![\\w-])`).test(text)
