// The one Pothos builder. Types, queries and mutations of a concept are added to it in the concept's own file.
import SchemaBuilder from '@pothos/core';
import { isoTime } from '#domain/time.ts';
import type { Context } from './context.ts';
import { coerceDateTime } from './date-time.ts';

export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: number; Output: number };
    ID: { Input: string; Output: string };
  };
}>({ defaultFieldNullability: false });

builder.scalarType('DateTime', {
  description: 'A time: ISO 8601; out in UTC with milliseconds, in with any offset.',
  serialize: isoTime,
  parseValue: coerceDateTime,
});

builder.queryType({ description: 'What may be asked.' });
builder.mutationType({ description: 'What may be told.' });
builder.subscriptionType({ description: 'What may be followed, over server-sent events.' });
