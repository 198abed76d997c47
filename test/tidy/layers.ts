import { importsOf, isSource } from './source-file.ts'
import type { Import, Rule, SourceFile, Violation } from './source-file.ts'

/** From left to right: a file imports its own layer and those to its left. */
const LAYERS = ['domain', 'engine', 'adapters', 'services', 'cli'] as const
/** Layers without packages and without the platform: they run the same in a browser, a test and a service. */
const PURE: readonly string[] = ['domain', 'engine']

/** `src/adapters/postgres/x.ts` is of layer `adapters` and part `postgres`. */
const layerOf = (path: string): string => path.split('/')[1] ?? ''

function partOf(path: string): string {
  const rest = path.split('/').slice(2)
  return layerOf(path) === 'services' ? (rest[0] ?? '').replace(/\.ts$/, '') : (rest[0] ?? '')
}

const rankOf = (path: string): number => LAYERS.findIndex((layer) => layer === layerOf(path))

/**
 * domain <- engine <- adapters <- services <- cli; pure layers import nothing else; siblings do not know each
 * other.
 */
export const layers: Rule = (files) =>
  files
    .filter(isSource)
    .flatMap((file) =>
      importsOf(file).flatMap((imported) => [...outwards(file, imported), ...impure(file, imported)]),
    )

function outwards(file: SourceFile, { line, target }: Import): readonly Violation[] {
  if (target === null) return []
  const violation = (message: string): Violation => ({ path: file.path, line, rule: 'layers', message })
  if (!target.startsWith('src/')) {
    return target === 'package.json' ? [] : [violation(`src does not import ${target}`)]
  }
  if (rankOf(file.path) < 0) return [violation(`a source file lies in one of ${LAYERS.join(', ')}`)]
  if (rankOf(target) > rankOf(file.path)) {
    return [
      violation(
        `${layerOf(file.path)} does not import ${layerOf(target)}: pass what it needs as an argument`,
      ),
    ]
  }
  const siblings =
    ['adapters', 'services'].includes(layerOf(file.path)) && layerOf(file.path) === layerOf(target)
  if (siblings && partOf(file.path) !== partOf(target)) {
    return [violation(`${partOf(file.path)} does not import its sibling ${partOf(target)}: cli joins them`)]
  }
  return []
}

function impure(file: SourceFile, { line, specifier, target }: Import): readonly Violation[] {
  if (target !== null || !PURE.includes(layerOf(file.path))) return []
  const message = `${layerOf(file.path)} imports no package and no node: module, here ${specifier}: make it a port`
  return [{ path: file.path, line, rule: 'layers', message }]
}
