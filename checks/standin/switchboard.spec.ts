import { readdirSync, readFileSync } from 'node:fs';
import { faultsOfScenario, SCENARIOS } from '../../src/standin/scenarios.ts';
import { catalogue, loadFault, UnknownSelection } from '../../src/standin/switchboard/switchboard.ts';
import type { Standin } from '../../src/standin/start.ts';
import { call, framesOf, jsonOf, later, list, mint, part, socket } from './plain-client.ts';
import { expect, test } from './standin-fixture.ts';

const { faults, controls, defects, parts } = catalogue();

test('the catalogue - every file names itself and says what it does', async () => {
  for (const id of [...faults, ...controls, ...defects, ...parts]) {
    const fault = await loadFault(id);
    expect(fault.id).toBe(id);
    expect(fault.summary).toBeTruthy();
  }
});

test('every fault, control and defect has a check that names it', () => {
  const here = new URL('./', import.meta.url);
  const folders = ['', 'faults/'].map((folder) => new URL(folder, here));
  const specs = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.spec.ts') && name !== 'switchboard.spec.ts')
      .map((name) => readFileSync(new URL(name, folder), 'utf8')),
  );
  const unchecked = [...faults, ...controls, ...defects].filter((id) => !specs.some((text) => text.includes(id)));
  expect(unchecked).toEqual([]);
});

test.describe('scope', () => {
  const profile = async (standin: Standin, token: string) =>
    (await call(standin.apiOrigin, 'GET', '/api/users/profile', { token })).status;
  const statuses = async (standin: Standin, token: string, count: number) => {
    const seen: number[] = [];
    for (let turn = 0; turn < count; turn += 1) seen.push(await profile(standin, token));
    return seen;
  };
  const FAULT = 'rest-500-route:route=profile';

  test('user - only local parts with this prefix, on HTTP, sockets and at the auth service', async ({ faulty }) => {
    const standin = await faulty(`${FAULT}:user=gp-hit`, 'ws-mute:user=gp-hit', 'session-expires-in-lie:user=gp-hit');
    const [hit, spared] = [await mint(standin, 'gp-hit-1'), await mint(standin, 'gp-spared')];
    expect([await profile(standin, hit.token), await profile(standin, spared.token)]).toEqual([500, 200]);
    await socket(standin.apiOrigin, { token: spared.token }).welcome();
    const line = socket(standin.apiOrigin, { token: hit.token });
    await line.opened();
    expect(await line.quietFor(300)).toBe(0);
    const lifetime = ({ token }: { token: string }) => {
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
        iat: number;
        exp: number;
      };
      return claims.exp - claims.iat;
    };
    expect([lifetime(hit), lifetime(spared)]).toEqual([1800, 900]);
  });

  test('user - a star stands for any text', async ({ faulty }) => {
    const standin = await faulty(`${FAULT}:user=gp-*-a`);
    const users = [await mint(standin, 'gp-run-w1-a'), await mint(standin, 'gp-run-w1-b')];
    expect(await Promise.all(users.map(({ token }) => profile(standin, token)))).toEqual([500, 200]);
  });

  test('nth and after - counted among the requests that the fault applies to', async ({ faulty }) => {
    const standin = await faulty(`${FAULT}:nth=3`);
    const { token } = await mint(standin);
    await call(standin.apiOrigin, 'GET', '/api/users/settings', { token });
    expect(await statuses(standin, token, 6)).toEqual([200, 200, 500, 200, 200, 500]);
    const later5 = await faulty(`${FAULT}:after=2`);
    expect(await statuses(later5, (await mint(later5)).token, 4)).toEqual([200, 200, 500, 500]);
  });

  test('nth - counts sockets for a fault of the socket', async ({ faulty }) => {
    const standin = await faulty('ws-close-1011-after-accept:delay=0:nth=2');
    const { token } = await mint(standin);
    const outcomes: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const line = socket(standin.apiOrigin, { token });
      outcomes.push(
        await line.until('outcome', () =>
          line.closedWith === undefined
            ? line.ofType('ping').length > 0
              ? 'open'
              : undefined
            : String(line.closedWith.code),
        ),
      );
    }
    expect(outcomes).toEqual(['open', '1011', 'open', '1011']);
  });

  test('after in ms and for - a window in time', async ({ faulty }) => {
    const standin = await faulty(`${FAULT}:after=500ms:for=600`);
    const { token } = await mint(standin);
    expect(await profile(standin, token)).toBe(200);
    await later(550);
    expect(await profile(standin, token)).toBe(500);
    await later(650);
    expect(await profile(standin, token)).toBe(200);
  });

  test('probability and seed - the same dice for the same seed', async ({ faulty }) => {
    const seeds = ['seed=7', 'seed=7', 'seed=8'];
    const runs: string[] = [];
    for (const seed of seeds) {
      const standin = await faulty(`${FAULT}:probability=0.5:${seed}`);
      expect(standin.installed[0]?.seed).toBe(Number(seed.slice(5)));
      runs.push((await statuses(standin, (await mint(standin)).token, 20)).join());
    }
    expect(runs[0]).toBe(runs[1]);
    expect(runs[0]).not.toBe(runs[2]);
    expect(runs[0]).toContain('200');
    expect(runs[0]).toContain('500');
  });

  test('two faults of different layers - both hold', async ({ faulty }) => {
    const standin = await faulty('platform-slow:delay=300', FAULT, 'ws-no-welcome', 'msg-ack-only');
    const { token } = await mint(standin);
    const answer = await call(standin.apiOrigin, 'GET', '/api/users/profile', { token });
    expect(answer.status).toBe(500);
    expect(answer.ms).toBeGreaterThan(290);
    const line = socket(standin.apiOrigin, { token });
    await line.type('ping');
    line.send({ type: 'chat_message', payload: { content: 'x' } });
    await line.type('ack');
    expect(line.ofType('system_message')).toEqual([]);
  });
});

test.describe('scenarios', () => {
  test('every scenario can be installed; an unknown one is refused with what was meant', async ({ start }) => {
    expect(Object.keys(SCENARIOS).sort()).toEqual([
      'cold-start',
      'dead-host',
      'healthy',
      'outage-503',
      'release-2025-09-09',
      'session-5',
      'session-5-immediate',
    ]);
    for (const name of Object.keys(SCENARIOS)) await (await start({ scenarios: [name] })).close();
    expect(() => faultsOfScenario('sesion-5')).toThrow(UnknownSelection);
  });

  for (const name of ['session-5', 'session-5-immediate']) {
    test(`${name} - 1011 on /ws, an idle and secure /ws/health, everything else works`, async ({ start }) => {
      const standin = await start({ scenarios: [name] });
      const { token } = await mint(standin);
      for (const options of [{ token }, {}]) {
        const line = socket(standin.apiOrigin, options);
        expect(await line.closed()).toMatchObject({ code: 1011, reason: 'Internal error' });
        expect(line.frames).toEqual([]);
      }
      const health = jsonOf(await call(standin.apiOrigin, 'GET', '/ws/health'));
      expect(health).toMatchObject({
        status: 'healthy',
        metrics: {
          websocket: { active_connections: 0, total_connections: 0, messages_processed: 0, error_rate: 0 },
          authentication: { success_rate: 0, rate_limited_requests: 0 },
          monitoring: { monitored_connections: 0, healthy_connections: 0 },
        },
        e2e_testing: { enabled: false, auth_bypass_active: false },
      });
      await socket(standin.apiOrigin, { path: '/ws/test', protocols: [] }).type('connection_established');
      expect((await call(standin.apiOrigin, 'GET', '/api/threads', { token })).status).toBe(200);
    });
  }

  test('release-2025-09-09 - the deviations of section 14', async ({ start }) => {
    test.slow();
    const standin = await start({ scenarios: ['release-2025-09-09'] });
    const [alice, bob] = [await mint(standin), await mint(standin)];
    const ask = (method: string, path: string, body?: unknown, token: string | undefined = alice.token) =>
      call(standin.apiOrigin, method, path, { token, ...(body === undefined ? {} : { body }) });
    expect((await ask('GET', '/api/config')).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', '/api/chat/stream', { content: 'x', thread_id: 'x' }],
      ['GET', '/api/messages/', undefined],
      ['GET', '/api/users/profile', undefined],
      ['GET', '/api/tools', undefined],
      ['GET', '/ws/stats', undefined],
    ] as const) {
      expect((await ask(method, path, body)).status, path).toBe(500);
    }
    expect((await ask('GET', '/health/startup')).status).toBe(503);
    expect(framesOf(await ask('GET', '/api/events/stream'))).toMatchObject([{ event: 'stream_fatal_error' }]);
    expect(framesOf(await ask('POST', '/api/agents/stream', { message: 'x' }))[1]?.['event']).toBe('agent_error');
    expect((await ask('POST', '/api/agents/triage', { message: 'x' })).text).toContain('recovery mechanism');
    const anonymous = await call(standin.apiOrigin, 'POST', '/api/agents/triage', { body: { message: 'a test' } });
    expect(jsonOf(anonymous)['response']).toContain('Mock triage agent');
    const made = jsonOf(await ask('POST', '/api/threads', { title: 'old' }));
    const path = `/api/threads/${String(made['id'])}`;
    await ask('PUT', path, { title: 'new' });
    expect(jsonOf(await ask('GET', path))['title']).toBe('old');
    const renamed = await ask('POST', `${path}/auto-rename`);
    expect([renamed.status, part(jsonOf(renamed), 'details', 'status_code')]).toEqual([500, 400]);
    expect(jsonOf(renamed)['stack_trace']).not.toBeNull();
    for (const user of [alice, bob])
      await ask('POST', '/api/chat/messages', { content: user.id, thread_id: 'l' }, user.token);
    expect(jsonOf(await ask('GET', '/api/chat/messages?thread_id=l'))['total_count']).toBe(2);
    expect(list((await ask('GET', '/api/threads')).text)).toHaveLength(1);
    const line = socket(standin.apiOrigin, { token: 'garbage' });
    await line.welcome();
    line.send({ type: 'ping' });
    expect(await line.quietFor(1_200)).toBe(0);
    const refused = socket(standin.apiOrigin);
    expect((await refused.closed()).code).toBe(1008);
    expect(refused.frames[0]?.['details']).toHaveProperty('failure_context');
  });
});
