/** The socket and the event streams of the API as AsyncAPI 3: what the server sends, and what it receives. */
import type { Endpoint } from '../endpoint.ts';
import { ENDPOINTS } from '../endpoints.ts';
import { closes, frames, refusals, upgradeRefusals } from '../frames.ts';
import { advertisedLimits, LIMITS } from '../limits.ts';
import { SUBPROTOCOL } from '../websocket.ts';
import { Components, type Json } from './schemas.ts';

const SOCKET = 'socket';
const channelOf = (id: string) => ({ $ref: `#/channels/${id}` });
const messageOf = (channel: string, name: string) => ({ $ref: `#/channels/${channel}/messages/${name}` });
/** `client` and `ping`: `clientPing`. */
const joined = (who: string, name: string) => `${who}${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`;

const components = () => new Components('draft-07');

const messages = (known: Components): Json =>
  Object.fromEntries(
    Object.entries(frames).flatMap(([who, named]) =>
      Object.entries(named).map(([name, { summary, schema }]) => [
        joined(who, name),
        { name: joined(who, name), summary, contentType: 'application/json', payload: known.of(schema) },
      ]),
    ),
  );

const socketOperations = (): Json => {
  const received = Object.entries(frames.client).map(([name, { summary }]) => {
    const replies = Object.entries(frames.server).filter(([, { repliesTo = [] }]) =>
      repliesTo.some((to) => to === name),
    );
    const reply = {
      channel: channelOf(SOCKET),
      messages: replies.map(([reply]) => messageOf(SOCKET, joined('server', reply))),
    };
    const operation = {
      action: 'receive',
      channel: channelOf(SOCKET),
      summary,
      messages: [messageOf(SOCKET, joined('client', name))],
      ...(replies.length === 0 ? {} : { reply }),
    };
    return [joined('receive', name), operation];
  });
  const sent = Object.entries(frames.server)
    .filter(([, { repliesTo }]) => repliesTo === undefined)
    .map(([name, { summary }]) => [
      joined('send', name),
      { action: 'send', channel: channelOf(SOCKET), summary, messages: [messageOf(SOCKET, joined('server', name))] },
    ]);
  return Object.fromEntries([...received, ...sent]) as Json;
};

const socketChannel = (known: Components): Json => ({
  address: '/ws',
  title: 'The chat',
  description:
    `Opens for anybody, and refuses afterwards: a token comes as Authorization header, as subprotocol ` +
    `\`jwt.<base64url of the token>\` beside \`${SUBPROTOCOL}\`, which is then selected, or as \`?token=\`; ` +
    'the first one present counts, in this order.',
  servers: [{ $ref: '#/servers/sockets' }],
  messages: messages(known),
  bindings: {
    ws: {
      method: 'GET',
      query: { type: 'object', properties: { token: { type: 'string' } } },
      bindingVersion: '0.1.0',
    },
  },
  'x-limits': { ...advertisedLimits(LIMITS.heartbeatSeconds), max_frame_bytes: LIMITS.frameBytes },
  'x-refusals': refusals,
  'x-upgrade-refusals': Object.fromEntries(
    Object.entries(upgradeRefusals).map(([status, { summary, body }]) => [
      status,
      { summary, ...(body === undefined ? {} : { body: known.of(body) }) },
    ]),
  ),
  'x-closes': closes,
});

const streamName = ({ id }: Endpoint): string => id.replace('.', '_');

const streamChannel = (endpoint: Endpoint, payload: Json): Json => ({
  address: endpoint.path,
  title: endpoint.summary,
  servers: [{ $ref: '#/servers/streams' }],
  messages: {
    frame: { name: 'frame', summary: 'One `data:` line.', contentType: 'application/json', payload },
  },
  bindings: { http: {} },
});

const streamOperation = (endpoint: Endpoint): Json => ({
  action: 'send',
  channel: channelOf(streamName(endpoint)),
  summary: endpoint.summary,
  messages: [messageOf(streamName(endpoint), 'frame')],
  'x-access': endpoint.access,
  bindings: { http: { method: endpoint.method, bindingVersion: '0.3.0' } },
});

export const asyncapi = (): Json => {
  const known = components();
  const streams = ENDPOINTS.flatMap((endpoint) =>
    endpoint.frame === undefined ? [] : [{ endpoint, payload: known.of(endpoint.frame) }],
  );
  const security = [{ $ref: '#/components/securitySchemes/bearer' }];
  const host = 'api.staging.example.com';
  const channels = {
    [SOCKET]: socketChannel(known),
    ...Object.fromEntries(
      streams.map(({ endpoint, payload }) => [streamName(endpoint), streamChannel(endpoint, payload)]),
    ),
  };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Socket and event streams of the platform, as goldenpath believes them',
      version: '1',
      license: { name: 'Apache-2.0' },
      description:
        'Generated from `contract/` by `npm run schemas`. The application described is the server. ' +
        'Objects may have more members than are named here. `x-refusals` is by code of the `error_message`.',
    },
    defaultContentType: 'application/json',
    servers: {
      sockets: { host, protocol: 'wss', description: 'E2E_WS_URL', security },
      streams: { host, protocol: 'https', description: 'E2E_BASE_URL', security },
    },
    channels,
    operations: {
      ...socketOperations(),
      ...Object.fromEntries(streams.map(({ endpoint }) => [streamName(endpoint), streamOperation(endpoint)])),
    },
    components: {
      schemas: known.used,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
};
