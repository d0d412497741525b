// The same POST by both ways: yoga's own, which an address with a query string takes always, and the quick one, taken by what is known.
import { Agent, request } from 'node:http';

/** An answer as it left. */
export interface Sent {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly text: string;
  /** Yoga capitalizes the names of its headers: that is all that tells the ways apart. */
  readonly way: 'quick' | 'yoga';
}

export interface Posted {
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface TwoWays {
  /** Past everything quick. */
  readonly byYoga: (posted: Posted) => Promise<Sent>;
  /** As clients ask. */
  readonly asClients: (posted: Posted) => Promise<Sent>;
  readonly close: () => void;
}

export function openTwoWays(url: string): TwoWays {
  const agent = new Agent({ keepAlive: true });
  const post = (path: string, { body, headers }: Posted) =>
    new Promise<Sent>((resolve, reject) => {
      const asked = request(`${url}${path}`, { method: 'POST', agent, headers }, (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (piece) => {
            text += piece;
          })
          .on('error', reject)
          .on('end', () => {
            const way = response.rawHeaders.includes('content-type') ? 'quick' : 'yoga';
            resolve({ status: response.statusCode, type: response.headers['content-type'], text, way });
          });
      });
      asked.on('error', reject).end(body);
    });
  return {
    byYoga: (posted) => post('/graphql?way=yoga', posted),
    asClients: (posted) => post('/graphql', posted),
    close: () => agent.destroy(),
  };
}
