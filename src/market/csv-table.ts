// CSV as a table of cells with a header, for the readers that know what the columns mean.
import { parse } from 'csv-parse/sync';

/** A header, and rows of trimmed cells in file order; blank lines are left out, and rows may be shorter or longer than the header. */
export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The table of `text`; undefined when it is empty. What is no CSV is thrown as `unusable` says. */
export function csvTable(text: string, unusable: (found: string, cause: unknown) => Error): CsvTable | undefined {
  try {
    const options = { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true };
    const [header, ...rows]: string[][] = parse(text, options);
    return header === undefined ? undefined : { header, rows };
  } catch (error) {
    const found = error instanceof Error ? error.message.replace(/\s+/g, ' ') : 'unreadable';
    throw unusable(`: not CSV (${found})`, error);
  }
}

/** Where the column `name` stands in a header of any case; -1 when it is not there. */
export function columnOf({ header }: CsvTable, name: string): number {
  return header.findIndex((each) => each.toLowerCase() === name);
}

/** A cell as error messages show it. */
export function quoted(cell: string | undefined): string {
  return JSON.stringify((cell ?? '').slice(0, 40));
}
