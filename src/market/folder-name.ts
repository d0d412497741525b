// What a study's error says of files: their names within the folder of candles. Where that folder stands on the host is nothing for who reads a study.
import { join } from 'node:path';

/** `message` with files named by their place within `folder`, and the folder itself as "the folder of candles"; undefined: there is none. */
export function withinFolder(message: string, folder: string | undefined): string {
  if (folder === undefined) return message;
  const bare = (path: string) => path.replace(/\/+$/, '');
  const paths = [...new Set([bare(folder), bare(join(folder))])].filter((path) => path !== '');
  if (paths.length === 0) return message;
  const named = `(?<![^\\s"'(])(?:${paths.map((path) => path.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})`;
  return message
    .replace(new RegExp(`${named}/+(?=[^\\s/,;:])`, 'gu'), '')
    .replace(new RegExp(`${named}/*(?![^\\s,;:"')])`, 'gu'), 'the folder of candles');
}
