// Flux as the tree that the real parser makes of it, in the few shapes that queries of ours have.
import lsp from '@influxdata/flux-lsp-node';

/** Calls, names and keys carry no type in the parser's tree. */
export type FluxNode = Readonly<Record<string, unknown>> & { readonly type?: string };

/** A refusal of a query, as the server tells it. */
export class FluxRefusal extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

/** The statements of `text`; throws a FluxRefusal when it is no Flux or its types do not fit. */
export function parseFlux(text: string): readonly FluxNode[] {
  const checked = new lsp.Flux(text);
  const valid = checked.is_valid();
  checked.free();
  if (!valid) throw new FluxRefusal('compilation failed: error @1:1-1:2: this is no Flux, or its types do not fit');
  return nodes((lsp.parse(text) as FluxNode).body);
}

export function isNode(value: unknown): value is FluxNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function node(value: unknown): FluxNode {
  if (!isNode(value)) throw new Error(`no node: ${JSON.stringify(value)}`);
  return value;
}

export function nodes(value: unknown): readonly FluxNode[] {
  return Array.isArray(value) ? value.map(node) : [];
}

/** `(x)` is x. */
export function bare(value: unknown): FluxNode {
  const found = node(value);
  return found.type === 'ParenExpression' ? bare(found.expression) : found;
}

/** The name of an identifier, or the text of a literal. */
export function nameOf(value: unknown): string {
  const found = node(value);
  return String(found.name ?? found.value);
}

/** A call's function name and its named arguments. */
export function callOf(value: unknown): { readonly name: string; readonly args: ReadonlyMap<string, FluxNode> } {
  const call = node(value);
  const callee = node(call.callee);
  const name =
    callee.type === 'MemberExpression' ? `${nameOf(callee.object)}.${nameOf(callee.property)}` : nameOf(callee);
  const properties = nodes(call.arguments).flatMap((object) => nodes(object.properties));
  return { name, args: new Map(properties.map(({ key, value: given }) => [nameOf(key), bare(given)])) };
}

/** Every node below (and with) `root`, parents first. */
export function* walk(root: unknown): Generator<FluxNode> {
  if (Array.isArray(root)) for (const each of root) yield* walk(each);
  else if (isNode(root)) {
    yield root;
    for (const [key, value] of Object.entries(root)) if (key !== 'location') yield* walk(value);
  }
}
