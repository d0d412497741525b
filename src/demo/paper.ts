// What the demo writes on: headings, sentences and small aligned tables on plain text.

export interface Paper {
  heading(text: string): void;
  say(text: string): void;
  /** Rows of equal length; the first one is the head. Numbers are aligned to the right. */
  table(rows: readonly (readonly (string | number | null)[])[]): void;
}

/** Paper whose lines go to `write`. */
export function paper(write: (text: string) => void): Paper {
  return {
    heading: (text) => write(`\n${text}\n${'-'.repeat(text.length)}\n`),
    say: (text) => write(`${text}\n`),
    table: (rows) => {
      const cells = rows.map((row) => row.map((cell) => (cell === null ? '-' : String(cell))));
      const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
      for (const [index, row] of cells.entries()) {
        const line = row.map((cell, column) => {
          const width = widths[column] ?? 0;
          const isNumber = index > 0 && /^[+-]?[0-9]/.test(rows[index]?.[column] === null ? '' : cell);
          return isNumber ? cell.padStart(width) : cell.padEnd(width);
        });
        write(`  ${line.join('  ').trimEnd()}\n`);
        if (index === 0) write(`  ${widths.map((width) => '-'.repeat(width)).join('  ')}\n`);
      }
    },
  };
}
