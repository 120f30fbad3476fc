import { call } from './plain-client.ts';
import { expect, test } from './standin-fixture.ts';

const ALLOWED = [
  'http://localhost:3000',
  'http://localhost:5173',
  'https://app.staging.netrasystems.ai',
  'https://staging.netrasystems.ai',
];
const FOREIGN = ['https://gp-foreign.example', 'http://localhost:3999', 'null', 'https://localhost:3000'];
const asking = (origin: string, headers = 'authorization, content-type, x-test-type') => ({
  origin,
  'access-control-request-method': 'GET',
  'access-control-request-headers': headers,
});

for (const origin of ALLOWED) {
  test(`preflight of ${origin} - 200, this origin, credentials, an hour`, async ({ standin }) => {
    for (const host of [standin.apiOrigin, standin.authOrigin]) {
      const answer = await call(host, 'OPTIONS', '/api/threads', { headers: asking(origin) });
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-max-age': '3600',
        vary: 'Origin',
      });
    }
  });
}

for (const origin of FOREIGN) {
  test(`preflight of ${origin} - 400; a simple request is answered without permission to read`, async ({
    standin,
    alice,
  }) => {
    const refused = await call(standin.apiOrigin, 'OPTIONS', '/api/threads', { headers: asking(origin) });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([400, undefined]);
    const simple = await call(standin.apiOrigin, 'GET', '/api/threads', { token: alice.token, headers: { origin } });
    expect([simple.status, simple.headers['access-control-allow-origin']]).toEqual([200, undefined]);
  });
}

test('a preflight that asks for a detection header - 400', async ({ standin }) => {
  for (const header of ['x-e2e-test', 'x-test-mode']) {
    const headers = asking('http://localhost:3000', header);
    expect((await call(standin.apiOrigin, 'OPTIONS', '/api/threads', { headers })).status).toBe(400);
  }
});

test('replies, errors and streams name the allowed origin, never a star', async ({ standin, alice }) => {
  const headers = { origin: 'http://localhost:3000' };
  const replies = [
    await call(standin.apiOrigin, 'GET', '/api/threads', { token: alice.token, headers }),
    await call(standin.apiOrigin, 'GET', '/api/threads', { headers }),
    await call(standin.apiOrigin, 'GET', '/nope', { headers }),
    await call(standin.apiOrigin, 'POST', '/api/agents/stream', {
      token: alice.token,
      headers,
      body: { message: 'x' },
    }),
  ];
  expect(replies.map((reply) => [reply.status, reply.headers['access-control-allow-origin']])).toEqual([
    [200, 'http://localhost:3000'],
    [403, 'http://localhost:3000'],
    [404, 'http://localhost:3000'],
    [200, 'http://localhost:3000'],
  ]);
});
