import type { RunSettings } from './run-settings.ts'

/**
 * The command line that runs the same again: files, every setting of the run, and `more` words of the
 * command.
 */
export function commandLineOf(
  command: string,
  run: Readonly<{ paths: readonly string[]; settings: RunSettings; more: readonly string[] }>,
): string {
  const { paths, settings, more } = run
  const pairs = (option: string, values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).flatMap(([key, value]) => [`--${option}`, `${key}=${value}`])
  const words = [
    ...['cdb', command, ...paths, '--strategy', settings.strategy],
    ...pairs('param', settings.params),
    ...pairs('limit', settings.limits),
    ...pairs('sizing', settings.sizing),
    ...pairs('venue', settings.venue),
    ...pairs('regime', settings.regime),
    ...['--cash', settings.cash, '--seed', String(settings.seed)],
    ...(settings.short ? ['--short'] : []),
    ...(settings.operator === null ? [] : ['--operator', settings.operator]),
    ...more,
  ]
  return words.map(quoted).join(' ')
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
