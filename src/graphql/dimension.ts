// What a search may choose beside stop and target: how it is asked for, and what was chosen.
import { type Chosen, DIMENSION_NAMES, type DimensionName } from '#domain/study.ts';
import { builder } from './builder.ts';

const enumName = (name: DimensionName) => name.replace(/[A-Z]|(?<=roi)\d/g, (part) => `_${part}`).toUpperCase();

export const DimensionNameType = builder.enumType('DimensionName', {
  description:
    'Percent, but MAX_HOLD in candles, ROI_1_AFTER and its like in minutes from the target before, ONLY_OFFSET 0 or 1.',
  values: Object.fromEntries(DIMENSION_NAMES.map((value) => [enumName(value), { value }])) as Record<
    string,
    { value: DimensionName }
  >,
});

export const DimensionInputType = builder.inputType('DimensionInput', {
  description: 'A further dimension of the space, both ends included; one value: the same twice.',
  fields: (t) => ({
    name: t.field({ type: DimensionNameType, required: true }),
    min: t.float({ required: true }),
    max: t.float({ required: true }),
    step: t.float({ required: true }),
  }),
});

/** The value of one dimension. */
export interface ChosenValue {
  readonly name: DimensionName;
  readonly value: number;
}

export const ChosenValueType = builder.objectRef<ChosenValue>('ChosenValue').implement({
  description: 'The value of a dimension that was searched beside stop and target.',
  fields: (t) => ({
    name: t.expose('name', { type: DimensionNameType }),
    value: t.exposeFloat('value'),
  }),
});

/** What was chosen beside the levels, in the order of the names. */
export function chosenValues({ space = {} }: Chosen): readonly ChosenValue[] {
  return DIMENSION_NAMES.flatMap((name) => {
    const value = space[name];
    return value === undefined ? [] : [{ name, value }];
  });
}
