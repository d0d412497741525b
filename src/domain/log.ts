// The logger a room is given. Shaped like pino's, so that the app hands over a real one and tests a recording one.

type Line = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Levels have a meaning: error = a human must act; warn = something was lost or will be; info = a step of a walk; debug = for builders. */
export interface Log {
  readonly debug: Line;
  readonly info: Line;
  readonly warn: Line;
  readonly error: Line;
}
