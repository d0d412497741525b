// What the Flux compiler does not see and the server pays for: every from() bounded, only conditions the storage can answer, no row functions, aggregates
// next to what they push down with, and as many text literals as values were meant.
import { bare, callOf, type FluxNode, nameOf, nodes, parseFlux, walk } from './flux-tree.ts';

/** Functions that read row by row, or that no rule pushes down. */
const SLOW = [
  'contains',
  'pivot',
  'map',
  'reduce',
  'join',
  'union',
  'fieldsAsCols',
  'mean',
  'rename',
  'set',
  'quantile',
];
const PUSHED = new Set(['range', 'filter', 'group', 'last', 'first', 'sum', 'count', 'min', 'max']);
const TOP_N = new Set(['sort', 'limit']);
const CHEAP = new Set(['keep', 'drop', 'yield', 'limit', 'group', 'sort']);

/** What is wrong with `flux`; throws when it is no Flux or its types do not fit. */
export function fluxFaults(flux: string): readonly string[] {
  const statements = parseFlux(flux);
  const faults: string[] = [];
  const functions = new Map<string, FluxNode>();
  for (const statement of statements) {
    if (statement.type === 'VariableAssignment') {
      const value = bare(statement.init);
      if (value.type === 'FunctionExpression') functions.set(nameOf(statement.id), bare(value.body));
      else faults.push(`${nameOf(statement.id)}: a shared stream is not pushed down`);
    } else if (statement.type === 'ExpressionStatement') {
      faults.push(...pipeFaults(stepsOf(bare(statement.expression), functions)));
    } else faults.push(`a statement of ${statement.type}`);
  }
  for (const each of walk(statements)) {
    if (each.type === 'RegexpLiteral') faults.push('a regular expression');
    if (each.type === 'StringExpression') faults.push('an interpolated text');
    if (each.callee !== undefined && SLOW.includes(callOf(each).name)) faults.push(`${callOf(each).name}()`);
  }
  return faults;
}

/** The texts of all string literals in `flux`, in order. */
export function fluxTexts(flux: string): readonly string[] {
  return [...walk(parseFlux(flux))].filter(({ type }) => type === 'StringLiteral').map(({ value }) => String(value));
}

interface Step {
  readonly name: string;
  readonly args: ReadonlyMap<string, FluxNode>;
}

function stepsOf(expression: FluxNode, functions: ReadonlyMap<string, FluxNode>): readonly Step[] {
  if (expression.type === 'PipeExpression') {
    return [...stepsOf(bare(expression.argument), functions), callOf(expression.call)];
  }
  if (expression.type !== 'CallExpression') return [{ name: String(expression.type), args: new Map() }];
  const call = callOf(expression);
  const defined = functions.get(call.name);
  return defined === undefined ? [call] : stepsOf(defined, functions);
}

function pipeFaults(steps: readonly Step[]): readonly string[] {
  const names = steps.map(({ name }) => name);
  const faults: string[] = [];
  if (names[0] !== 'from') return [`it begins with ${names[0]}`];
  if (names[1] !== 'range') faults.push('a from() without a range()');
  const end = names.findIndex((name, index) => index > 0 && !PUSHED.has(name) && !TOP_N.has(name));
  const pushed = names.slice(1, end < 0 ? undefined : end);
  const order = pushed.map((name) => (name === 'range' ? 0 : name === 'filter' ? 1 : name === 'group' ? 2 : 3));
  if (order.some((rank, index) => rank < (order[index - 1] ?? 0)))
    faults.push(`not pushed down in this order: ${pushed.join(', ')}`);
  const rest = names.slice(1 + pushed.length);
  faults.push(...rest.filter((name) => !CHEAP.has(name)).map((name) => `${name}() after the storage's part`));
  for (const { name, args } of steps) {
    if (name === 'filter') faults.push(...conditionFaults(conditionOf(args)));
    if (name === 'limit' && args.has('offset')) faults.push('an offset');
    if (name === 'group' && !args.has('columns') && args.size > 0) faults.push('a group() by mode');
  }
  return faults;
}

function conditionOf(args: ReadonlyMap<string, FluxNode>): FluxNode {
  const fn = args.get('fn');
  return fn === undefined ? { type: 'nothing' } : bare(fn.body);
}

const LITERALS = new Set(['StringLiteral', 'FloatLiteral', 'IntegerLiteral', 'BooleanLiteral', 'DateTimeLiteral']);

function conditionFaults(condition: FluxNode): readonly string[] {
  if (condition.type === 'LogicalExpression') {
    return [...conditionFaults(bare(condition.left)), ...conditionFaults(bare(condition.right))];
  }
  if (condition.type === 'UnaryExpression' && condition.operator === 'exists') return [];
  const right = condition.right === undefined ? undefined : bare(condition.right);
  const left = condition.left === undefined ? undefined : bare(condition.left);
  const isPushed =
    condition.type === 'BinaryExpression' &&
    left?.type === 'MemberExpression' &&
    (LITERALS.has(right?.type ?? '') ||
      (right?.type === 'UnaryExpression' && LITERALS.has(bare(right.argument).type ?? '')));
  const isEmpty = right?.type === 'StringLiteral' && right.value === '';
  return isPushed && !isEmpty
    ? []
    : [`a condition that is not pushed down: ${JSON.stringify(nodes([condition])[0]?.type)}`];
}
