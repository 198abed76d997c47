/** What an expression of Prometheus asks for, or why it is none. */
export type Expression =
  Readonly<{ kind: 'read'; metrics: readonly string[] }> | Readonly<{ kind: 'broken'; reason: string }>

/** `$name` and `${name}` stand for what a dashboard puts there. */
type Token = Readonly<{
  kind: 'name' | 'number' | 'text' | 'variable' | 'sign'
  text: string
}>

const SPACE = /^(?:\s+|#[^\n]*)+/
const VARIABLE = /^(?:\$\{[^}]*\}|\$[A-Za-z_]\w*|\[\[\w+\]\])/
const NAME = /^[A-Za-z_:][A-Za-z0-9_:]*/
/** Numbers, and durations such as `1h30m`. */
const NUMBER = /^(?:0[xX][0-9a-fA-F]+|(?:\d+(?:ms|[smhdwy]))+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/
const TEXT = /^(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)/
const SIGN = /^(?:==|!=|<=|>=|=~|!~|[-+*/%^=<>(){}[\],:@])/

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['variable', VARIABLE],
  ['name', NAME],
  ['number', NUMBER],
  ['text', TEXT],
  ['sign', SIGN],
]

const aggregations = new Set(
  (
    'sum min max avg group stddev stdvar count count_values bottomk topk quantile ' + 'limitk limit_ratio'
  ).split(' '),
)

/** https://prometheus.io/docs/prometheus/latest/querying/functions/ */
const functions = new Set(
  (
    'abs absent absent_over_time ceil changes clamp clamp_max clamp_min day_of_month day_of_week ' +
    'day_of_year days_in_month delta deriv double_exponential_smoothing exp floor histogram_avg ' +
    'histogram_count histogram_fraction histogram_quantile histogram_stddev histogram_stdvar ' +
    'histogram_sum holt_winters hour idelta increase info irate label_join label_replace last_over_time ' +
    'ln log10 log2 mad_over_time minute month predict_linear rate resets round scalar sgn sort ' +
    'sort_by_label sort_by_label_desc sort_desc sqrt time timestamp vector year avg_over_time ' +
    'min_over_time max_over_time sum_over_time count_over_time quantile_over_time stddev_over_time ' +
    'stdvar_over_time present_over_time first_over_time ts_of_first_over_time ts_of_last_over_time ' +
    'ts_of_max_over_time ts_of_min_over_time acos acosh asin asinh atan atanh cos cosh sin sinh tan tanh ' +
    'deg pi rad start end label_values query_result'
  ).split(' '),
)

/** Words before a list of labels in parentheses. */
const labelLists = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'])
const operators = new Set(['and', 'or', 'unless', 'atan2', 'bool', 'offset', 'inf', 'nan'])
const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
/** Signs after which an operand must come. */
const binary = new Set(['+', '-', '*', '/', '%', '^', '==', '!=', '<', '>', '<=', '>='])

/** Reads an expression as far as its names: which metrics it asks for, and whether its parts close. */
export function readExpression(text: string): Expression {
  const tokens = tokensOf(text)
  if (typeof tokens === 'string') return broken(tokens)
  if (tokens.length === 0) return broken('it is empty')
  const last = tokens.at(-1)
  if (last?.kind === 'sign' && binary.has(last.text)) return broken(`it ends with ${last.text}`)
  return namesOf(tokens)
}

const broken = (reason: string): Expression => ({ kind: 'broken', reason })

/** The tokens, or what cannot be one. */
function tokensOf(text: string): readonly Token[] | string {
  const tokens: Token[] = []
  let rest = text.replace(SPACE, '')
  while (rest !== '') {
    const token = nextToken(rest, tokens.at(-1))
    if (token === null) return `${rest.slice(0, 12)} cannot be read`
    tokens.push(token)
    rest = rest.slice(token.text.length).replace(SPACE, '')
  }
  return tokens
}

function nextToken(rest: string, before: Token | undefined): Token | null {
  // A colon after a number parts a subquery, `[5m:1m]`; anywhere else it begins a name.
  if (rest.startsWith(':') && before !== undefined && before.kind !== 'sign')
    return { kind: 'sign', text: ':' }
  for (const [kind, pattern] of patterns) {
    const match = pattern.exec(rest)
    if (match !== null) return { kind, text: match[0] }
  }
  return null
}

/** Walks through the tokens with the brackets that are open; labels and durations are no metrics. */
function namesOf(tokens: readonly Token[]): Expression {
  const metrics = new Set<string>()
  const open: Readonly<{ sign: string; isLabels: boolean }>[] = []
  for (const [index, token] of tokens.entries()) {
    const [before, after] = [tokens[index - 1], tokens[index + 1]]
    const inside = open.at(-1)
    if (token.kind === 'sign') {
      const close = closing[token.text]
      if (close !== undefined) {
        const isList = before?.kind === 'name' && labelLists.has(before.text.toLowerCase())
        open.push({ sign: close, isLabels: isList || token.text !== '(' })
      } else if (Object.values(closing).includes(token.text)) {
        if (open.pop()?.sign !== token.text) return broken(`${token.text} closes nothing`)
      }
      continue
    }
    if (inside?.isLabels === true) {
      for (const name of metricInMatcher(tokens, index, inside.sign)) metrics.add(name)
      continue
    }
    if (token.kind !== 'name' || isWord(token, after)) continue
    if (after?.text === '(') {
      if (!functions.has(token.text)) return broken(`${token.text} is no function`)
      continue
    }
    metrics.add(token.text)
  }
  const left = open.at(-1)
  return left === undefined ? { kind: 'read', metrics: [...metrics] } : broken(`${left.sign} is missing`)
}

function isWord({ text }: Token, after: Token | undefined): boolean {
  const word = text.toLowerCase()
  if (labelLists.has(word) || operators.has(word)) return true
  const isCall = after?.text === '(' || labelLists.has(after?.text.toLowerCase() ?? '')
  return isCall && aggregations.has(word)
}

/** Between braces a metric is named by `__name__="..."`, or by a text alone. */
function metricInMatcher(tokens: readonly Token[], index: number, sign: string): readonly string[] {
  const token = tokens[index]
  if (sign !== '}' || token?.kind !== 'text') return []
  const name = token.text.slice(1, -1)
  const [label, equals] = [tokens[index - 2], tokens[index - 1]]
  if (equals?.text === '=') return label?.text === '__name__' ? [name] : []
  const isAlone = equals?.text === '{' || equals?.text === ','
  const after = tokens[index + 1]?.text
  return isAlone && (after === '}' || after === ',') ? [name] : []
}
