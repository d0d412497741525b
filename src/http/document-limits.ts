// Documents within limits: tokens while parsing, depth and aliases with fragments spread out, before anything is validated or executed.
import { type DocumentNode, GraphQLError, Kind, parse, type SelectionSetNode } from 'graphql';

const TOKENS = 10_000;
const DEPTH = 15;
const ALIASES = 100;

/** What a selection set amounts to when its fragments are spread out. */
interface Extent {
  readonly depth: number;
  readonly aliases: number;
}

const NOTHING: Extent = { depth: 0, aliases: 0 };

/** The document of `text`; throws GRAPHQL_PARSE_FAILED, or LIMIT_EXCEEDED naming the limit. */
export function parseWithinLimits(text: string): DocumentNode {
  const document = parseBounded(text);
  for (const { depth, aliases } of extentsOf(document)) {
    if (depth > DEPTH) throw exceeded('depth', `fields nest ${depth} deep`, DEPTH);
    if (aliases > ALIASES) throw exceeded('aliases', `${aliases} aliases`, ALIASES);
  }
  return document;
}

function parseBounded(text: string): DocumentNode {
  try {
    return parse(text, { maxTokens: TOKENS });
  } catch (error) {
    if (error instanceof RangeError) throw exceeded('depth', 'brackets nest too deep to be read', DEPTH);
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.includes(`more than ${TOKENS} tokens`)) throw exceeded('tokens', 'too many tokens', TOKENS);
    throw new GraphQLError(error.message, {
      source: error.source,
      positions: error.positions,
      extensions: { code: 'GRAPHQL_PARSE_FAILED', http: { status: 400, spec: true } },
    });
  }
}

/** The extent of every operation. A fragment is measured once; one that reaches itself counts nothing here, for validation refuses it. */
function extentsOf(document: DocumentNode): Extent[] {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition.selectionSet);
  }
  const measured = new Map<string, Extent>();
  const fragment = (name: string): Extent => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    const selections = fragments.get(name);
    if (selections === undefined) return NOTHING;
    measured.set(name, NOTHING);
    const extent = measure(selections);
    measured.set(name, extent);
    return extent;
  };
  const measure = (set: SelectionSetNode): Extent => {
    let depth = 0;
    let aliases = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const below = selection.selectionSet === undefined ? NOTHING : measure(selection.selectionSet);
        depth = Math.max(depth, 1 + below.depth);
        aliases += below.aliases + (selection.alias === undefined ? 0 : 1);
      } else {
        const within =
          selection.kind === Kind.INLINE_FRAGMENT ? measure(selection.selectionSet) : fragment(selection.name.value);
        depth = Math.max(depth, within.depth);
        aliases += within.aliases;
      }
    }
    return { depth, aliases };
  };
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [measure(definition.selectionSet)] : [],
  );
}

function exceeded(limit: string, found: string, most: number): GraphQLError {
  return new GraphQLError(`${limit}: ${found}; allowed: at most ${most}`, {
    extensions: {
      code: 'LIMIT_EXCEEDED',
      field: limit,
      allowed: `at most ${most}`,
      http: { status: 400, spec: true },
    },
  });
}
