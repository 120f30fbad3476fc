import * as agents from '../../src/contract/agents.ts';
import { envelope, validationError } from '../../src/contract/errors.ts';
import * as tools from '../../src/contract/tools.ts';
import { answers, call, jsonOf, list, mint, newMarker, probe, type Answer } from './plain-client.ts';
import { expect, test } from './standin-fixture.ts';

const locs = (answer: Answer) => validationError.parse(jsonOf(answer)).detail.map((item) => item.loc);

test.describe('execution', () => {
  for (const [path, extra] of [
    ['triage', {}],
    ['data', {}],
    ['optimization', {}],
    ['execute', { type: 'data' }],
  ] as const) {
    test(`${path} - a computed answer of the agent that was asked`, async ({ standin, alice }) => {
      const asked = probe();
      const body = { message: `This is a test. ${asked.text}`, ...extra };
      const answer = await call(standin.apiOrigin, 'POST', `/api/agents/${path}`, { token: alice.token, body });
      expect(answer.status).toBe(200);
      const reply = agents.agentReply.parse(jsonOf(answer));
      expect(reply).toMatchObject({ status: 'success', circuit_breaker_state: 'CLOSED', error: null });
      expect(reply.agent).toBe(path === 'execute' ? 'data' : path);
      expect(answers(reply.response, asked)).toBe(true);
    });
  }

  test('a code word of the context, none without, a digest for anything else', async ({ standin, alice }) => {
    const say = async (message: string, context?: object) =>
      jsonOf(
        await call(standin.apiOrigin, 'POST', '/api/agents/triage', { token: alice.token, body: { message, context } }),
      )['response'];
    const question = 'Which code word is in my context?';
    const word = newMarker();
    expect(await say(question, { code_word: word })).toContain(word);
    expect(await say(question)).not.toMatch(/gp-[0-9a-f]{8}/);
    expect(await say('hello')).toBe('Your text has 5 characters and its SHA-256 starts with 2cf24dba5fb0.');
  });

  test('bad requests - 422 that names every field', async ({ standin, alice }) => {
    const post = (path: string, body: unknown) => call(standin.apiOrigin, 'POST', path, { token: alice.token, body });
    expect(locs(await post('/api/agents/execute', { invalid: 'data' }))).toEqual([
      ['body', 'type'],
      ['body', 'message'],
    ]);
    expect(locs(await post('/api/agents/execute', { message: 'x', type: 'kill' }))).toEqual([['body', 'type']]);
    expect(locs(await post('/api/agents/triage', {}))).toEqual([['body', 'message']]);
    expect(locs(await post('/api/agents/triage', undefined))).toEqual([['body']]);
    for (const simulate_delay of [-1, 10.5, '1']) {
      expect(locs(await post('/api/agents/triage', { message: 'x', simulate_delay }))).toEqual([
        ['body', 'simulate_delay'],
      ]);
    }
    expect(locs(await post('/api/agents/stream', { message: 'x', agent_type: 'kill' }))).toEqual([
      ['body', 'agent_type'],
    ]);
  });

  test('simulate_delay - the run sleeps, nobody else does', async ({ standin, alice }) => {
    const body = { message: 'x', simulate_delay: 0.4 };
    const slow = call(standin.apiOrigin, 'POST', '/api/agents/data', { token: alice.token, body });
    const health = await call(standin.apiOrigin, 'GET', '/health');
    expect(health.ms).toBeLessThan(200);
    expect((await slow).ms).toBeGreaterThan(390);
  });

  test('forced failures - 500 each, the fifth in a row opens the breaker for everybody', async ({ start }) => {
    const standin = await start();
    const { token } = await mint(standin);
    const fail = (force_failure: boolean) =>
      call(standin.apiOrigin, 'POST', '/api/agents/execute', {
        token,
        body: { type: 'triage', message: 'x', force_failure },
      });
    const breaker = async (name: string) =>
      call(standin.apiOrigin, 'GET', `/api/agents/${name}/circuit_breaker/status`, { token });
    for (const [index, forced] of [true, true, false, true, true, true, true, true].entries()) {
      const answer = await fail(forced);
      expect(answer.status, `call ${index}`).toBe(forced ? 500 : 200);
    }
    const refused = await fail(false);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(envelope.parse(jsonOf(refused)).error_code).toBe('SERVICE_UNAVAILABLE');
    expect(agents.breakerReply.parse(jsonOf(await breaker('execution')))).toMatchObject({
      state: 'OPEN',
      failure_count: 7,
    });
    expect(agents.breakerReply.parse(jsonOf(await breaker('triage'))).state).toBe('CLOSED');
    expect((await breaker('nobody')).status).toBe(404);
  });
});

test.describe('lifecycle', () => {
  test('start, stop, start, cancel - the status follows; other users are kept out', async ({ standin, alice, bob }) => {
    const id = `${newMarker()}-agent`;
    const control = (action: string, token: string, body: object = { agent_id: id }) =>
      call(standin.apiOrigin, 'POST', `/api/agents/${action}`, { token, body });
    const status = async () =>
      list((await call(standin.apiOrigin, 'GET', `/api/agents/status?agent_id=${id}`, { token: alice.token })).text);
    const started = await control('start', alice.token, { agent_id: id, message: 'x' });
    expect(agents.controlReply.parse(jsonOf(started))).toMatchObject({ agent_id: id, action: 'start' });
    expect(agents.agentStatusReply.parse(await status())).toMatchObject([
      { agent_id: id, status: 'running', agent_type: 'triage', message_count: 1 },
    ]);
    const again = await control('start', alice.token, { agent_id: id, message: 'x' });
    expect([again.status, jsonOf(again)['error_code']]).toEqual([409, 'DB_RECORD_EXISTS']);
    for (const action of ['stop', 'cancel']) {
      expect((await control(action, bob.token)).status).toBe(403);
      expect((await control(action, alice.token, { agent_id: 'gp-nobody' })).status).toBe(404);
      expect(locs(await control(action, alice.token, {}))).toEqual([['body', 'agent_id']]);
    }
    expect((await control('start', bob.token, { agent_id: id, message: 'x' })).status).toBe(403);
    expect(await status()).toMatchObject([{ status: 'running' }]);
    for (const _ of [1, 2]) expect((await control('stop', alice.token)).status).toBe(200);
    expect(await status()).toMatchObject([{ status: 'stopped' }]);
    expect((await control('start', alice.token, { agent_id: id, message: 'x' })).status).toBe(200);
    expect((await control('cancel', alice.token)).status).toBe(200);
    expect(await status()).toMatchObject([{ status: 'cancelled' }]);
    const foreign = await call(standin.apiOrigin, 'GET', `/api/agents/status?agent_id=${id}`, { token: bob.token });
    expect(foreign.status).toBe(403);
    expect(list((await call(standin.apiOrigin, 'GET', '/api/agents/status', { token: bob.token })).text)).toEqual([]);
    const unknown = await call(standin.apiOrigin, 'GET', '/api/agents/status?agent_id=no', { token: alice.token });
    expect(unknown.status).toBe(404);
  });

  test('chat runs - started, resumed, stopped, cancelled; 404 and 403', async ({ standin, alice, bob }) => {
    const run = `/api/chat/agents/${newMarker()}-run`;
    const post = (verb: string, token = alice.token) => call(standin.apiOrigin, 'POST', `${run}/${verb}`, { token });
    const status = (token = alice.token) => call(standin.apiOrigin, 'GET', `${run}/status`, { token });
    expect((await status()).status).toBe(404);
    expect((await post('stop')).status).toBe(404);
    for (const [verb, said, state] of [
      ['start', 'started', 'running'],
      ['stop', 'stopped', 'stopped'],
      ['start', 'started', 'running'],
      ['cancel', 'cancelled', 'cancelled'],
    ] as const) {
      expect(agents.chatRunControlReply.parse(jsonOf(await post(verb)))).toMatchObject({
        status: said,
        user_id: alice.id,
      });
      expect(agents.chatRunStatusReply.parse(jsonOf(await status()))).toMatchObject({
        status: state,
        user_id: alice.id,
      });
    }
    for (const verb of ['start', 'stop', 'cancel']) expect((await post(verb, bob.token)).status).toBe(403);
    expect((await status(bob.token)).status).toBe(403);
  });
});

test.describe('tools', () => {
  test('the list, the categories and what the calculator computes', async ({ standin, alice }) => {
    const reply = tools.toolsReply.parse(
      jsonOf(await call(standin.apiOrigin, 'GET', '/api/tools', { token: alice.token })),
    );
    expect(reply.total_tools).toBe(reply.tools.length);
    expect(reply.tools).toEqual([expect.objectContaining({ tool_name: 'calculator', available: true })]);
    const categories = await call(standin.apiOrigin, 'GET', '/api/tools/categories');
    expect(tools.toolCategoriesReply.parse(list(categories.text))).toEqual([{ name: 'utility', count: 1 }]);
    for (const [operation, value] of [
      ['add', 55_932],
      ['subtract', 40_494],
      ['multiply', 372_156_147],
    ] as const) {
      const body = { tool_name: 'calculator', arguments: { operation, a: 48_213, b: 7_719 } };
      const done = await call(standin.apiOrigin, 'POST', '/api/tools/execute', { token: alice.token, body });
      expect(tools.toolExecutionReply.parse(jsonOf(done))).toMatchObject({ status: 'success', result: { value } });
    }
  });

  test('no name, no such tool, bad arguments - 422, 404, 422 envelope', async ({ standin, alice }) => {
    const run = (body: object) => call(standin.apiOrigin, 'POST', '/api/tools/execute', { token: alice.token, body });
    expect(locs(await run({}))).toEqual([['body', 'tool_name']]);
    const unknown = await run({ tool_name: 'gp-x' });
    expect([unknown.status, envelope.parse(jsonOf(unknown)).error_code]).toEqual([404, 'DB_RECORD_NOT_FOUND']);
    const bad = await run({ tool_name: 'calculator', arguments: { operation: 'add', a: 'one', b: 2 } });
    expect([bad.status, envelope.parse(jsonOf(bad)).error_code]).toEqual([422, 'VALIDATION_ERROR']);
  });
});
