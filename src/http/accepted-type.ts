// Which of the media types of a single GraphQL answer a caller wants. The choice is yoga's, so that no answer depends on the way it took.

export type AnswerType = 'application/json' | 'application/graphql-response+json';

/** In the order of preference where a range of the header covers both. */
const TYPES: readonly AnswerType[] = ['application/json', 'application/graphql-response+json'];

/**
 * The type that the first range of an Accept header allows which allows any; weights do not count, ranges in another charset than UTF-8
 * are passed over. Without a header any type will do. undefined: the caller takes neither.
 */
export function acceptedType(accept: string | undefined): AnswerType | undefined {
  for (const range of (accept || '*/*').replace(/\s/g, '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';');
    if ((parameters.find((one) => one.includes('charset=')) ?? 'charset=utf-8') !== 'charset=utf-8') continue;
    const [main, sub] = type.split('/');
    if (main !== '*' && main !== 'application') continue;
    const allowed = TYPES.find((one) => sub === '*' || one === `application/${sub}`);
    if (allowed !== undefined) return allowed;
  }
  return undefined;
}
