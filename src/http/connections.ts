// The open connections of a server, and which of them have a request in flight: what draining must wait for and what it may cut.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Connections {
  /** Counts a request whose head has arrived, until its answer is sent or cut. */
  began(request: IncomingMessage, response: ServerResponse): void;
  /** Cuts every connection without a request in flight, now and as each of the others finishes. */
  finish(): void;
}

/**
 * Follows the connections of `server`. Node's own closeIdleConnections spares a connection that never sent anything, and its timeouts
 * end with `server.close()`: one silent client would hold the service up.
 */
export function followConnections(server: Server, event: 'connection' | 'secureConnection'): Connections {
  const inFlight = new Map<Duplex, number>();
  let finishing = false;
  const cutIdle = (socket: Duplex) => {
    if (inFlight.get(socket) === 0) socket.destroy();
  };
  server.on(event, (socket: Duplex) => {
    inFlight.set(socket, 0);
    socket.once('close', () => inFlight.delete(socket));
    if (finishing) cutIdle(socket);
  });
  return {
    began: ({ socket }, response) => {
      inFlight.set(socket, (inFlight.get(socket) ?? 0) + 1);
      response.once('close', () => {
        const count = inFlight.get(socket);
        if (count === undefined) return;
        inFlight.set(socket, count - 1);
        if (finishing) setImmediate(cutIdle, socket);
      });
    },
    finish: () => {
      finishing = true;
      for (const socket of inFlight.keys()) cutIdle(socket);
    },
  };
}
