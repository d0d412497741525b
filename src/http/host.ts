// Which host a caller believes to talk to: without keys a web page could reach us through a name that it lets point here.

/** Whether a Host header names a loopback address; true when there is none. */
export function namesThisHost(host: string | undefined): boolean {
  return host === undefined || /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}

/** Whether a web page of another origin than `host` sent this: browsers say so with every request that may change something. */
export function isFromForeignPage(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && URL.parse(origin)?.host !== host;
}
