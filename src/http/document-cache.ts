// Parsed documents by their text, bounded by the text they hold: a client that writes its values into the text cannot fill the memory.
import type { DocumentNode } from 'graphql';

const TEXT_PER_DOCUMENT = 16_384;
const TEXT_IN_ALL = 262_144;

export interface DocumentCache {
  get(text: string): DocumentNode | undefined;
  set(text: string, document: DocumentNode): void;
}

/** A cache that forgets what was not used for longest once it holds 256 KiB of text; texts over 16 KiB are not kept. */
export function openDocumentCache(): DocumentCache {
  const documents = new Map<string, DocumentNode>();
  let held = 0;
  return {
    get: (text) => {
      const document = documents.get(text);
      if (document === undefined) return undefined;
      documents.delete(text);
      documents.set(text, document);
      return document;
    },
    set: (text, document) => {
      if (text.length > TEXT_PER_DOCUMENT || documents.has(text)) return;
      documents.set(text, document);
      held += text.length;
      for (const oldest of documents.keys()) {
        if (held <= TEXT_IN_ALL) return;
        documents.delete(oldest);
        held -= oldest.length;
      }
    },
  };
}
