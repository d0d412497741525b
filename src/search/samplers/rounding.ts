// Rounding as numpy and Python round: halves go to the even neighbour.

/** The whole number nearest to `value`; of two equally near ones the even one. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
