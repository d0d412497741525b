// Conditions of filter(): `r.column OP literal`, exists, and, or, not.

import type { Cell, TableRow } from './flux-table.ts';
import { bare, type FluxNode, FluxRefusal, nameOf, node, nodes, walk } from './flux-tree.ts';

export type Predicate = (row: TableRow) => boolean;

/** What `fn` of a filter says about a row. */
export function predicateOf(fn: FluxNode): Predicate {
  if (fn.type !== 'FunctionExpression') throw new FluxRefusal('filter: fn is no function');
  return conditionOf(bare(fn.body));
}

/** Whether a condition looks at values or times, and so at every row. */
export function looksAtRows(fn: FluxNode): boolean {
  return [...walk(fn)].some(
    (each) => each.type === 'MemberExpression' && /^_(value|time)$/.test(nameOf(each.property)),
  );
}

function conditionOf(condition: FluxNode): Predicate {
  if (condition.type === 'LogicalExpression') {
    const left = conditionOf(bare(condition.left));
    const right = conditionOf(bare(condition.right));
    return condition.operator === 'and' ? (row) => left(row) && right(row) : (row) => left(row) || right(row);
  }
  if (condition.type === 'UnaryExpression') {
    if (condition.operator === 'exists') {
      const column = columnOf(bare(condition.argument));
      return (row) => row[column] !== undefined;
    }
    const inner = conditionOf(bare(condition.argument));
    return (row) => !inner(row);
  }
  if (condition.type !== 'BinaryExpression')
    throw new FluxRefusal(`a condition of ${condition.type} is not known here`);
  const column = columnOf(bare(condition.left));
  const wanted = literalOf(bare(condition.right));
  const compare = COMPARE[String(condition.operator)];
  if (compare === undefined) throw new FluxRefusal(`${condition.operator} is not known here`);
  return (row) => {
    const found = row[column];
    return found !== undefined && typeof found === typeof wanted && compare(found, wanted);
  };
}

function columnOf(member: FluxNode): string {
  if (member.type !== 'MemberExpression') throw new FluxRefusal(`${member.type} where a column belongs`);
  return nameOf(member.property);
}

const COMPARE: Readonly<Record<string, (a: Cell, b: Cell) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** The value of a literal; a time is bigint nanoseconds. */
export function literalOf(literal: FluxNode): Cell {
  switch (literal.type) {
    case 'StringLiteral':
      return String(literal.value);
    case 'IntegerLiteral':
    case 'FloatLiteral':
      return Number(literal.value);
    case 'Identifier':
      if (literal.name === 'true' || literal.name === 'false') return literal.name === 'true';
      throw new FluxRefusal(`undefined identifier ${literal.name}`);
    case 'UnaryExpression':
      return -Number(literalOf(bare(literal.argument)));
    case 'DateTimeLiteral':
      return timeNs(String(literal.value));
    default:
      throw new FluxRefusal(`a literal of ${literal.type} is not known here`);
  }
}

/** The texts in an array of literals. */
export function textsOf(array: FluxNode | undefined): readonly string[] {
  return nodes(node(array).elements).map((element) => String(literalOf(bare(element))));
}

function timeNs(text: string): bigint {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  return BigInt(Date.parse(text.replace(/\.\d+/, ''))) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9));
}
