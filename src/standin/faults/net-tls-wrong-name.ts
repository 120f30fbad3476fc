import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { isApi } from '../switchboard/about.ts';
import { defineFault, NO_PARAMETERS } from '../switchboard/fault.ts';

const OTHER_NAME = 'another-name.example';

export default defineFault({
  id: 'net-tls-wrong-name',
  layer: 'network',
  origin: 'history',
  summary: 'TLS with a certificate that is trusted but belongs to another name',
  parameters: NO_PARAMETERS,
  install: ({ wrap, server }) => {
    wrap(
      'net.server',
      () => async () => {
        const pair = await generate([{ name: 'commonName', value: OTHER_NAME }], {
          extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: OTHER_NAME }] }],
        });
        // The certificate is its own authority: trusted by whoever is given this file.
        const file = server.caFile ?? join(tmpdir(), `goldenpath-standin-ca-${process.pid}.pem`);
        writeFileSync(file, pair.cert);
        process.stderr.write(`standin: the authority to trust is in ${file}\n`);
        return createServer({ key: pair.private, cert: pair.cert });
      },
      isApi,
    );
    wrap(
      'net.announce',
      (next) => async (about, origin, listening) => (await next(about, origin, listening)).replace(/^http:/, 'https:'),
      isApi,
    );
  },
});
