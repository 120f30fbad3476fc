/** A webhook on loopback that keeps what it is sent. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Webhook {
  /** With a path that nobody may print. */
  readonly url: string;
  readonly secret: string;
  readonly received: string[];
  /** Status of the next answers, in order; 200 when there is none left. */
  readonly answers: number[];
  readonly close: () => Promise<void>;
}

export const startWebhook = async (): Promise<Webhook> => {
  const secret = 'canary-webhook-5c1d90e7';
  const received: string[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.once('end', () => {
      received.push(body);
      response.writeHead(answers.shift() ?? 200, { location: 'http://127.0.0.1:1/elsewhere' }).end('ok');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/${secret}`,
    secret,
    received,
    answers,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
