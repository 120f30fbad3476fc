import { setTimeout as sleep } from 'node:timers/promises';
import { e2eTestingExpected } from '../../src/contract/health.ts';
import { advertisedLimits, LIMITS } from '../../src/contract/limits.ts';
import { textOf, type threadMessagePage } from '../../src/contract/threads.ts';
import { ack, CLOSE, errorMessage, EVICTED_REASON, rateLimitError } from '../../src/contract/websocket.ts';
import { NO_SOCKET_STATUS } from '../../src/contract/frames.ts';
import { noSocketAt } from '../../src/contract/unlisted.ts';
import { because } from '../../src/evidence/failure.ts';
import { expectWholeRun, foreignEvents, runOf, type AgentRun } from '../../fixtures/agent-run.ts';
import type { ChatSocket, Received } from '../../fixtures/chat-socket.ts';
import type { Identity } from '../../fixtures/http-client.ts';
import { newMarker, sumPrompt, type SumProbe } from '../../fixtures/probes.ts';
import { sharesRunWith } from '../../src/evidence/redaction.ts';
import type { Reply } from '../../fixtures/reply.ts';
import { settle, unwrap } from '../../fixtures/settle.ts';
import { expect, test } from '../../fixtures/test.ts';

/** The first welcome of a socket may take this long before it counts as slow. */
const SLOW_WELCOME = { remote: 5_000, standin: 1_000 };
const SLOW_ANSWER_MS = 5_000;

const isServerPing = (frame: Received): boolean => frame.type === 'ping';
const isReply = (frame: Received): boolean => frame.type === 'pong' || frame.type === 'error_message';
const isOfType = (type: string) => (frame: Received) => frame.type === type;

test(
  'P1-01 I open the chat while logged in - it greets me as myself and stays usable',
  { tag: ['@p1', '@realtime-chat', '@ws', '@http'] },
  async (
    { alice, nobody, sockets, environment, deadlines, heartbeatSeconds, secondary, column, servesOrdinaryClient },
    info,
  ) => {
    const health = await test.step('read what the platform says of itself', async () => {
      const [alive, ready, beacon, config, wsHealth] = await Promise.all([
        nobody.health.read.response(),
        nobody.health.ready.response(),
        nobody.sockets.beacon.response(),
        nobody.sockets.config.response(),
        nobody.sockets.health.response(),
      ]);
      alive.ok('health');
      return {
        ready: ready.ok('health.ready'),
        beacon: beacon.ok('ws.beacon'),
        config: config.ok('ws.config'),
        wsHealth: wsHealth.ok('ws.health'),
      };
    });
    const { limits } = health.config.websocket;
    const advertised = health.wsHealth.config;
    expect(health.ready.core_db, because('http-body', 'health.ready.core-db', 'ready means a connected database')).toBe(
      'connected',
    );
    expect(health.beacon.status, because('http-body', 'ws.beacon.status', 'the beacon is healthy')).toBe('healthy');
    expect(
      limits,
      because('http-body', 'ws.config.limits', 'the advertised limits are those of the contract'),
    ).toMatchObject(advertisedLimits(heartbeatSeconds));
    expect(
      {
        connections: advertised.max_connections_per_user ?? LIMITS.connectionsPerUser,
        heartbeat: advertised.heartbeat_interval ?? heartbeatSeconds,
      },
      because('http-body', 'ws.health.limits', '/ws/health names the same limits as /ws/config'),
    ).toEqual({ connections: LIMITS.connectionsPerUser, heartbeat: heartbeatSeconds });
    await info.attach('ws-health.json', {
      body: JSON.stringify(
        { e2e_testing: health.wsHealth.e2e_testing, metrics: health.wsHealth.metrics },
        undefined,
        2,
      ),
      contentType: 'application/json',
    });

    const first = await test.step('open the socket with my token', () =>
      sockets.connect('connect', { identity: alice.socketIdentity }));
    const { socket, welcome } = first;
    const expectWelcome = (data: typeof welcome, key: string) =>
      expect(data, because('ws-frame', key, 'the welcome says that everything is ready')).toMatchObject({
        user_id: alice.id,
        connection_ready: true,
        startup_complete: true,
        environment: environment.name,
        config: { heartbeat_interval: heartbeatSeconds, max_message_size: LIMITS.messageBytes },
      });
    expectWelcome(welcome, 'connect.welcome');

    await test.step('stay connected through two server pings', async () => {
      const wait = { class: 'ws-mute', what: 'server ping' } as const;
      await socket.next(isServerPing, { ...wait, key: 'heartbeat.first', within: deadlines.reply });
      await socket.ping('ping.first');
      const period = heartbeatSeconds * 1_000 + deadlines.heartbeatGrace;
      await socket.next(isServerPing, { ...wait, key: 'heartbeat.second', within: period });
      await socket.ping('ping.second');
    });

    await test.step('close, and open again without the E2E headers', async () => {
      const close = await socket.close('close.answered');
      expect(close, because('ws-closed-late', 'close.answered', 'our close is answered with 1000')).toMatchObject({
        code: CLOSE.normal,
        by: 'client',
      });
      const again = await sockets.connect('connect.without-headers', {
        identity: alice.socketIdentity,
        detection: false,
      });
      expectWelcome(again.welcome, 'connect.without-headers.welcome');
      expect(
        again.welcome.connection_id,
        because('ws-frame', 'connect.id', 'each socket has an id of its own'),
      ).not.toBe(welcome.connection_id);
      await again.socket.ping('ping.without-headers');
      await again.socket.close('close.without-headers');
    });

    await test.step('without a token, or at another path, nobody gets in', async () => {
      await sockets.expectRefused('refused.no-token', { identity: nobody.identity }, 'NO_TOKEN');
      const path = noSocketAt(newMarker());
      await sockets.expectUpgradeRefused(
        'refused.unknown-path',
        { identity: alice.socketIdentity, path },
        NO_SOCKET_STATUS,
      );
    });

    const { wsHealth, ready } = health;
    secondary('ws-health', wsHealth.status === 'healthy', `${wsHealth.status}: ${(wsHealth.errors ?? []).join('; ')}`);
    secondary(
      'e2e-testing',
      wsHealth.e2e_testing.enabled === e2eTestingExpected(wsHealth.e2e_testing.variables),
      `enabled is ${wsHealth.e2e_testing.enabled}, its own variables say otherwise`,
    );
    secondary(
      'websocket-ready',
      ready.websocket_readiness.websocket_ready,
      `websocket_ready is false, ${ready.websocket_readiness.status}`,
    );
    secondary('degraded-service', first.degradations.length === 0, first.degradations.join(', '));
    secondary('slow-welcome', first.welcomeMs <= column(SLOW_WELCOME), `${Math.round(first.welcomeMs)} ms`);
    await servesOrdinaryClient(alice);
  },
);

test(
  'P1-02 I open a socket with my own valid login - only that opens it, anything else is turned away with its reason',
  { tag: ['@p1', '@realtime-chat', '@ws', '@http'] },
  async ({ authService: _guard, alice, bob, ownUsers, nobody, sockets }) => {
    const forged = await alice.forged();
    const forgedToken = forged.identity.token ?? '';
    const leaver = await ownUsers.user('leaver');

    await test.step('my token works by header, subprotocol and query', async () => {
      for (const [key, user, options] of [
        ['accepted.header', alice, { via: 'header' }],
        ['accepted.subprotocol', alice, { via: 'subprotocol' }],
        ['accepted.query', alice, { via: 'query' }],
        // The first source that is present decides, and only that one.
        ['accepted.header-first', alice, { via: 'header', queryToken: forgedToken }],
        // A token that was good once must not stay good after the logout.
        ['accepted.leaver', leaver, { via: 'header' }],
      ] as const) {
        // Both the welcome and the pong have to name me; the client sees to it.
        const { socket } = await sockets.connect(key, { identity: user.socketIdentity, ...options });
        await socket.ping(key);
        await socket.close(key);
      }
    });

    await test.step('the auth service tells a genuine token from a forged one', async () => {
      const verify = async (token: string, key: string) => (await nobody.auth.verify.response({ token })).ok(key);
      const genuine = await verify(alice.session.accessToken, 'verify.genuine');
      expect(genuine, because('auth-rejected', 'verify.genuine', 'my token is valid and mine')).toMatchObject({
        valid: true,
        user_id: alice.id,
      });
      const invalid = await verify(forgedToken, 'verify.forged');
      expect(invalid.valid, because('auth-accepted', 'verify.forged', 'a forged token is invalid')).toBe(false);
    });

    const refuse = async (
      key: string,
      options: Parameters<typeof sockets.expectRefused>[1],
      code: Parameters<typeof sockets.expectRefused>[2],
    ) => {
      const frame = await sockets.expectRefused(key, options, code);
      const leaked = [options.identity.token, options.queryToken].some(
        (token) => token !== undefined && sharesRunWith(frame, token, 16),
      );
      // Whoever decodes a token for the client tells what is in it.
      const told = [alice, bob, leaver].some(({ email }) => frame.includes(email));
      expect(leaked || told, because('ws-frame', `${key}.leak`, 'the refusal repeats nothing of the token')).toBe(
        false,
      );
    };
    const refuseByAnyWay = (kind: string, identity: Identity) =>
      Promise.all(
        (['header', 'subprotocol', 'query'] as const).map((via) =>
          refuse(`refused.${kind}.${via}`, { identity, via }, 'VALIDATION_FAILED'),
        ),
      );

    await test.step('everything else is refused with its reason', async () => {
      const garbage = { label: 'garbage', token: `garbage${newMarker()}${newMarker()}` };
      await Promise.all([
        refuse('refused.no-token', { identity: nobody.identity }, 'NO_TOKEN'),
        refuse('refused.no-token-without-headers', { identity: nobody.identity, detection: false }, 'NO_TOKEN'),
        refuse('refused.garbage', { identity: garbage }, 'INVALID_FORMAT'),
        refuse('refused.tampered', { identity: alice.tampered(bob).identity }, 'VALIDATION_FAILED'),
        refuse('refused.alg-none', { identity: alice.unsigned().identity }, 'VALIDATION_FAILED'),
        refuse('refused.alg-none-bare', { identity: alice.unsigned('').identity }, 'INVALID_FORMAT'),
        refuse(
          'refused.header-first',
          { identity: forged.identity, queryToken: alice.session.accessToken },
          'VALIDATION_FAILED',
        ),
      ]);
      await refuseByAnyWay('forged', forged.identity);
      await refuseByAnyWay('refresh-token', alice.withRefreshToken().identity);
    });

    await test.step('a logged-out token is refused directly after the logout', async () => {
      (await leaver.auth.logout.response()).ok('logout');
      await refuseByAnyWay('logged-out', { ...leaver.identity, label: 'logged-out(leaver)' });
    });
  },
);

type History = Reply<typeof threadMessagePage>;

/** What the thread's history does not show of these runs; undefined = it shows everything. */
const historyGap = (reply: History, runs: readonly { probe: SumProbe; run: AgentRun }[]): string | undefined => {
  if (reply.status !== 200) return `status ${reply.status}`;
  const { messages } = reply.ok('history');
  const shows = (role: string, text: string) =>
    messages.some((message) => message.role === role && textOf(message.content) === text);
  const missing = runs.flatMap(({ probe, run }) => [
    ...(shows('user', probe.text) ? [] : [`the prompt ${probe.marker}`]),
    ...(shows('assistant', run.answer) ? [] : [`the answer to ${probe.marker}`]),
  ]);
  return missing.length === 0 ? undefined : `${missing.join(', ')} not in the thread`;
};

const settledGap = async (
  reply: Promise<History>,
  runs: Parameters<typeof historyGap>[1],
): Promise<string | undefined> => {
  const result = await settle(reply);
  if (result.status === 'rejected') return (result.reason as Error).message.split('\n', 1)[0];
  const gap = await settle(Promise.resolve().then(() => historyGap(result.value, runs)));
  return gap.status === 'fulfilled' ? gap.value : (gap.reason as Error).message.split('\n', 1)[0];
};

/** Every user id that the socket's frames name. */
const userIdsOn = (socket: ChatSocket): string[] =>
  socket.received.flatMap(({ json }) => {
    const data = json?.['data'];
    const inner = typeof data === 'object' && data !== null && 'user_id' in data ? data.user_id : undefined;
    return [json?.['user_id'], inner].filter((id) => typeof id === 'string');
  });

/** A `ping` whose JSON is exactly so many bytes long, in far fewer characters. */
const paddedPing = (bytes: number): string => {
  const frame = (pad: string) => JSON.stringify({ type: 'ping', payload: { pad } });
  const room = bytes - frame('').length;
  return frame('語'.repeat(Math.floor(room / 3)) + 'x'.repeat(room % 3));
};

/** What people write before they come to the point. */
const GREETING = 'Grüß Gott, 你好, здравствуйте 👋\n';

test(
  'P1-03 I send a chat message - the answer to exactly that message comes back on my connection',
  { tag: ['@p1', '@realtime-chat', '@ws', '@http'] },
  async ({ ownUsers, nobody, sockets, cleanup, deadlines, secondary }, info) => {
    const writer = await ownUsers.user('writer');
    const connect = sockets.connect('connect', { identity: writer.socketIdentity });
    await sockets.unlessCleanlyRefused(info, [connect], async ([connection]) => {
      const { socket } = connection ?? (await connect);
      const ask = async (key: string, threadId: Record<string, string>, greeting = '') => {
        const plain = sumPrompt();
        const probe = { ...plain, text: greeting + plain.text };
        const messageId = newMarker();
        await socket.send({
          type: 'chat_message',
          message_id: messageId,
          payload: { content: probe.text, ...threadId },
        });
        const run = await runOf(socket, key, messageId);
        expect(run.answer).toAnswer(`${key}.answer`, probe);
        return { probe, run };
      };

      const first = await test.step('ask, and read the answer', () => ask('run.first', {}));
      const thread_id = first.run.threadId;
      cleanup.add(`archive ${thread_id}`, () => writer.threads.archive.response({ id: thread_id }));
      const second = await test.step('ask again in the same thread', () => ask('run.second', { thread_id }, GREETING));
      expect(
        second.run.threadId,
        because('events-order', 'run.second.thread', 'the second run stays in the thread'),
      ).toBe(thread_id);

      const history = settledGap(writer.threads.messages.response({ id: thread_id }), [first, second]);

      await test.step('send what cannot be processed - each gets its own reply, the socket stays open', async () => {
        const reply = (key: string, what: string) =>
          ({ within: deadlines.reply, class: 'ws-mute', key, what }) as const;
        const expectError = async (key: string, code: string) => {
          const frame = await socket.next(isOfType('error_message'), reply(key, `error_message ${code}`));
          expect(
            socket.parse(key, frame, errorMessage).error_code,
            because('ws-frame', key, `the reply is ${code}`),
          ).toBe(code);
        };
        for (const [key, text] of [
          ['message.not-json', '{not json'],
          ['message.not-object', '["not","an","object"]'],
        ] as const) {
          await socket.send(text);
          await expectError(key, 'FORMAT_ERROR');
        }
        const type = `${newMarker()}_type`;
        await socket.send({ type });
        const acknowledged = await socket.next(isOfType('ack'), reply('message.unknown-type', 'ack'));
        expect(
          socket.parse('message.unknown-type', acknowledged, ack),
          because('ws-frame', 'message.unknown-type', 'the ack names the type it received, and me'),
        ).toMatchObject({ received_type: type, user_id: writer.id });
        await socket.send(paddedPing(LIMITS.messageBytes));
        await socket.nextPong('message.largest');
        await socket.send(paddedPing(LIMITS.messageBytes + 1));
        await expectError('message.too-large', 'MESSAGE_TOO_LARGE');
        await socket.ping('message.after-errors');
      });

      const refusals = await test.step('send 110 pings at once - each is answered, none ends the socket', async () => {
        const key = 'burst.reply';
        const limits: ReturnType<typeof rateLimitError.parse>['details'][] = [];
        // Nobody else sends as this user, so at least this much of the allowance is left, with our pongs as spent too.
        const left =
          LIMITS.messagesPerMinute - socket.trace.frames.filter(({ direction }) => direction === 'sent').length;
        for (let sent = 0; sent < 110; sent++) await socket.send({ type: 'ping' });
        for (let received = 0; received < 110; received++) {
          const wait = {
            within: deadlines.reply,
            class: 'ws-mute',
            key,
            what: `reply ${received + 1} of 110`,
          } as const;
          const frame = await socket.next(isReply, wait);
          const refused = [frame]
            .filter(isOfType('error_message'))
            .map((one) => socket.parse(key, one, rateLimitError));
          limits.push(...refused.map(({ details }) => details));
        }
        expect(
          110 - limits.length,
          because('limit', 'burst.served', 'what the advertised rate allows is answered'),
        ).toBeGreaterThanOrEqual(left);
        expect(
          limits.filter(({ limit, window_seconds }) => limit !== LIMITS.messagesPerMinute || window_seconds !== 60),
          because('limit', 'burst.limit', 'each refusal names the advertised rate'),
        ).toEqual([]);
        const longest = Math.max(0, ...limits.map(({ retry_after_seconds }) => retry_after_seconds));
        expect(
          longest,
          because('limit', 'burst.retry-after', 'the wait is over within the window of 60 s'),
        ).toBeLessThanOrEqual(60);
        await sleep(longest * 1_000);
        await socket.ping('burst.afterwards');
        return limits.length;
      });

      expectWholeRun(socket, 'run.first.settled', first.run.runId);
      expectWholeRun(socket, 'run.second.settled', second.run.runId);
      expect(
        foreignEvents(socket, [first.run, second.run]).map(({ text }) => text.slice(0, 200)),
        because('foreign-data', 'run.foreign', 'no event belongs to a run that I did not start'),
      ).toEqual([]);
      expect(
        userIdsOn(socket).filter((id) => id !== writer.id),
        because('ws-wrong-user', 'frames.user', 'no frame names another user'),
      ).toEqual([]);

      await test.step('without a token a message is not processed', async () => {
        const message = { type: 'chat_message', message_id: newMarker(), payload: { content: sumPrompt().text } };
        await sockets.expectRefused('refused.message', { identity: nobody.identity }, 'NO_TOKEN', message);
      });
      expect(socket.isOpen, because('ws-closed-late', 'stay.open', `the socket stays open: ${socket.ending}`)).toBe(
        true,
      );

      const gap = await history;
      secondary('history', gap === undefined, gap ?? '');
      const slowest = Math.max(first.run.firstEventMs, second.run.firstEventMs);
      secondary('slow-first-event', slowest <= SLOW_ANSWER_MS, `${Math.round(slowest)} ms`);
      secondary('message-rate', refusals > 0, 'no RATE_LIMIT_EXCEEDED although 100 per minute is advertised');
    });
  },
);

test(
  'P1-04 I use several tabs while others work too - every connection is served and answers never mix',
  { tag: ['@p1', '@realtime-chat', '@ws', '@http'] },
  async ({ alice, bob, nobody, http, sockets, cleanup, deadlines, secondary, column }, info) => {
    await http.reserve('outside', 3);
    const connect = (user: typeof alice, key: string, more: { readonly beyondLimit?: true } = {}) =>
      // B comes without the E2E headers, like everybody outside the tests.
      sockets.connect(key, { identity: user.socketIdentity, detection: user !== bob, ...more });
    const burst = [alice, alice, alice, bob, bob].map((user) => connect(user, 'burst.connect'));
    const anonymous = settle(sockets.expectRefused('burst.no-token', { identity: nobody.identity }, 'NO_TOKEN'));
    const health = Promise.all([1, 2, 3].map(() => settle(nobody.health.read.response({ connection: 'fresh' }))));

    await Promise.allSettled([...burst, anonymous]);
    await sockets.unlessCleanlyRefused(info, burst, async (connections) => {
      const [a1, a2, a3, b1, b2] = connections.map(({ socket }) => socket) as [
        ChatSocket,
        ChatSocket,
        ChatSocket,
        ChatSocket,
        ChatSocket,
      ];
      const ids = new Set(connections.map(({ welcome }) => welcome.connection_id));
      expect(ids.size, because('ws-frame', 'burst.ids', 'five sockets have five connection ids')).toBe(5);
      unwrap(await anonymous);

      await test.step('each of the five gets its own pong', async () => {
        await Promise.all([a1, a2, a3, b1, b2].map((socket) => socket.ping('burst.ping')));
      });

      await test.step('A and B ask at the same time - each gets the own answer, and only that', async () => {
        const ask = async (socket: ChatSocket, user: typeof alice) => {
          const probe = sumPrompt();
          const messageId = newMarker();
          await socket.send({ type: 'chat_message', message_id: messageId, payload: { content: probe.text } });
          const run = await runOf(socket, 'parallel.run', messageId);
          cleanup.add(`archive ${run.threadId}`, () => user.threads.archive.response({ id: run.threadId }));
          expect(run.answer).toAnswer('parallel.answer', probe);
          return { probe, run };
        };
        const [ofA, ofB] = await Promise.all([ask(a1, alice), ask(b1, bob)]);
        const heard = (own: readonly ChatSocket[], marker: string) =>
          own.some(({ received }) => received.some(({ text }) => text.includes(marker)));
        expect(
          heard([a1, a2, a3], ofB.probe.marker),
          because('foreign-data', 'parallel.isolation', 'A sees nothing of what B asked'),
        ).toBe(false);
        expect(
          heard([b1, b2], ofA.probe.marker),
          because('foreign-data', 'parallel.isolation', 'B sees nothing of what A asked'),
        ).toBe(false);
      });

      await test.step('a lost connection frees its place - four reconnects are served', async () => {
        a1.destroy();
        for (let times = 0; times < 4; times++) {
          const { socket, welcome } = await connect(alice, 'reconnect');
          expect(ids.has(welcome.connection_id), because('ws-frame', 'reconnect.id', 'a new socket has a new id')).toBe(
            false,
          );
          ids.add(welcome.connection_id);
          await socket.ping('reconnect.ping');
          await socket.close('reconnect.close');
        }
      });

      const newest: ChatSocket[] = [];
      await test.step('a fourth socket of A is welcomed', async () => {
        for (const key of ['fourth.before', 'fourth']) {
          const { socket, welcome } = await connect(alice, key, { beyondLimit: true });
          expect(ids.has(welcome.connection_id), because('ws-frame', `${key}.id`, 'a new socket has a new id')).toBe(
            false,
          );
          ids.add(welcome.connection_id);
          await socket.ping(`${key}.ping`);
          newest.push(socket);
        }
      });

      // Opened in the same moment: which of the two is the oldest, the server knows.
      const evicted = await Promise.race([a2, a3].map((socket) => socket.end(deadlines.reply)));
      await test.step('the newest of A and all of B stay, also when another tab is closed', async () => {
        const [a4, a5] = newest as [ChatSocket, ChatSocket];
        await a4.ping('stay.ping');
        await a4.close('stay.close');
        await a5.quiet(deadlines.quietWindow);
        await Promise.all([a5, b1, b2].map((socket) => socket.ping('stay.ping')));
      });

      const answers = (await health).map((result) => (result.status === 'fulfilled' ? result.value : undefined));
      const slow = answers.filter((reply) => reply?.status !== 200 || reply.ms > 2_000);
      const slowest = Math.max(...connections.map(({ welcomeMs }) => welcomeMs));
      secondary(
        'health-under-load',
        slow.length === 0,
        `${slow.length} of 3 answers of /health were not 200 within 2 s`,
      );
      secondary('slow-welcome', slowest <= column(SLOW_WELCOME), `${Math.round(slowest)} ms`);
      secondary(
        'connection-limit',
        evicted?.code === CLOSE.policy && evicted.reason === EVICTED_REASON,
        `the two oldest of four sockets: ${a2.ending}; ${a3.ending}`,
      );
    });
    await health;
  },
);
