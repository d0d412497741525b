// `service.json` in the data folder: where a command on the same host finds the running service. It holds a token, so only the owner may read it.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';

const ServiceFile = v.object({ url: v.string(), pid: v.number(), token: v.string() });

/** The address of a running gateway (`http://host:port`), its process, and the token its private routes ask for. */
export type ServiceAddress = v.InferOutput<typeof ServiceFile>;

const pathIn = (folder: string) => join(folder, 'service.json');

/** Writes the address; a file left by a dead gateway is replaced. */
export async function writeServiceFile(folder: string, address: ServiceAddress): Promise<void> {
  const path = pathIn(folder);
  await rm(path, { force: true });
  await writeFile(path, `${JSON.stringify(address)}\n`, { mode: 0o600 });
}

export async function removeServiceFile(folder: string): Promise<void> {
  await rm(pathIn(folder), { force: true });
}

/** The address last written, or undefined when there is none or it cannot be read as one. Whether that gateway still lives is for the caller to ask. */
export async function readServiceFile(folder: string): Promise<ServiceAddress | undefined> {
  try {
    return v.parse(ServiceFile, JSON.parse(await readFile(pathIn(folder), 'utf8')));
  } catch {
    return undefined;
  }
}
