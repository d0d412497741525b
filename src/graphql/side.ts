// The side of an entry, as every other concept names it.
import { SIDES } from '#domain/market.ts';
import { builder } from './builder.ts';

export const SideType = builder.enumType('Side', {
  description: 'The side of an entry.',
  values: SIDES,
});
