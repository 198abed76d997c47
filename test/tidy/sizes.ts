import ts from 'typescript'
import { isTypeScript, linesOf } from './source-file.ts'
import type { Rule, SourceFile, Violation } from './source-file.ts'

export const FILE_LINES_MAX = 400
export const FUNCTION_LINES_MAX = 60
export const LINE_COLUMNS_MAX = 110
/** For a line that only a text makes longer: the formatter does not break texts. */
export const TEXT_LINE_COLUMNS_MAX = 120

const isCode = (file: SourceFile): boolean => isTypeScript(file) || file.path.endsWith('.js')

export const fileLength: Rule = (files) =>
  files.filter(isCode).flatMap((file) => {
    const count = linesOf(file.text).length
    if (count <= FILE_LINES_MAX) return []
    const message = `${count} lines, at most ${FILE_LINES_MAX}: make it a folder of nouns`
    return [{ path: file.path, line: 0, rule: 'file-length', message }]
  })

export const lineLength: Rule = (files) =>
  files.filter(isCode).flatMap((file) => {
    const long = linesOf(file.text)
      .map((line, index) => ({ line, index }))
      .filter(({ line }) => line.length > LINE_COLUMNS_MAX && !isLink(line))
    if (long.length === 0) return []
    const source = parsed(file)
    return long.flatMap(({ line, index }) => {
      const max = isTextAt(source, index, endOfText(line)) ? TEXT_LINE_COLUMNS_MAX : LINE_COLUMNS_MAX
      if (line.length <= max) return []
      const message = `${line.length} columns, at most ${max}`
      return [{ path: file.path, line: index + 1, rule: 'line-length', message }]
    })
  })

const parsed = ({ path, text }: SourceFile): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)

/** The last column allowed, or the end of a title that the formatter keeps on the line of its function. */
function endOfText(line: string): number {
  const title = line.replace(/, (?:async )?\(.*\) => \{$/, '')
  return Math.min(LINE_COLUMNS_MAX, title.length) - 1
}

/** Whether a quoted text, a template or a pattern stands there. */
function isTextAt(source: ts.SourceFile, line: number, column: number): boolean {
  const position = source.getPositionOfLineAndCharacter(line, column)
  const covers = (node: ts.Node): boolean =>
    node.getStart(source) <= position &&
    position < node.end &&
    (ts.isStringLiteralLike(node) ||
      ts.isRegularExpressionLiteral(node) ||
      ts.isTemplateExpression(node) ||
      ts.forEachChild(node, (child) => (covers(child) ? true : undefined)) === true)
  return covers(source)
}

/** An address cannot be broken. */
const isLink = (line: string): boolean => /^\s*(?:\/\/|\*)?\s*https?:\/\/\S+$/.test(line)

export const functionLength: Rule = (files) =>
  files.filter(isTypeScript).flatMap((file) => {
    const source = parsed(file)
    return longFunctions(file, source, source)
  })

function longFunctions(file: SourceFile, source: ts.SourceFile, node: ts.Node): readonly Violation[] {
  const inner: Violation[] = []
  ts.forEachChild(node, (child) => {
    inner.push(...longFunctions(file, source, child))
  })
  if (!isFunction(node)) return inner
  const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line
  const to = source.getLineAndCharacterOfPosition(node.end).line
  const count = to - from + 1
  if (count <= FUNCTION_LINES_MAX) return inner
  const message = `a function of ${count} lines, at most ${FUNCTION_LINES_MAX}: part it`
  return [{ path: file.path, line: from + 1, rule: 'function-length', message }, ...inner]
}

const isFunction = (node: ts.Node): boolean =>
  ts.isFunctionDeclaration(node) ||
  ts.isFunctionExpression(node) ||
  ts.isArrowFunction(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isConstructorDeclaration(node)
