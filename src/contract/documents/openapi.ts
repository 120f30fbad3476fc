/** The endpoints of one host as OpenAPI 3.1. Two documents, since both hosts have a `/health`. */
import { authError } from '../auth.ts';
import { ENDPOINTS } from '../endpoints.ts';
import type { Access, Host } from '../access.ts';
import { meaningsOf, type Endpoint } from '../endpoint.ts';
import { envelope, ERROR_CODES, validationError, type EnvelopeStatus } from '../errors.ts';
import { BYPASS_KEY_HEADER } from '../headers.ts';
import type { Meaning } from '../refusals.ts';
import { DEFAULT_RELEASE } from '../releases.ts';
import { Components, type Json } from './schemas.ts';

const HOSTS: Readonly<Record<Host, { readonly title: string; readonly url: string; readonly description: string }>> = {
  api: {
    title: 'API of the platform, as goldenpath believes it',
    url: 'https://api.staging.example.com',
    description: 'The backend: E2E_BASE_URL.',
  },
  auth: {
    title: 'Auth service of the platform, as goldenpath believes it',
    url: 'https://auth.staging.example.com',
    description: 'The auth service: E2E_AUTH_URL.',
  },
};

const ACCESS: Readonly<Record<Access, string>> = {
  public: 'Anybody is served, and alike.',
  optional: 'Anybody is served; a valid token makes the response personal, a bad one is as none.',
  required: 'Needs a valid access token.',
  owned: 'Needs a valid access token of the user whom it belongs to.',
  administrator: 'Needs a valid access token of an administrator.',
};
const FORBIDDEN = {
  required: { name: 'Forbidden', description: 'No token; a 401 is tolerated.' },
  owned: { name: 'Foreign', description: 'No token (a 401 is tolerated), or that of another user.' },
  administrator: { name: 'Ordinary', description: 'No token (a 401 is tolerated), or that of an ordinary user.' },
} as const;

const DOCUMENTED: Readonly<Partial<Record<Meaning, string>>> = {
  unknown: 'There is no such record.',
  forbidden: 'No token (a 401 is tolerated), or what is named belongs to another user.',
  conflict: 'The record is in a state that forbids it.',
  tooLarge: 'The body is above 1 MiB.',
  rateLimited: 'Too many in a minute; Retry-After says how long to wait.',
};

/** Query parameters that are numbers. */
const NUMBERS: readonly string[] = ['limit', 'offset'];

const json = (schema: Json) => ({ 'application/json': { schema } });

class Document {
  readonly #host: Host;
  readonly #components = new Components('draft-2020-12');
  readonly #shares: Record<string, Json> = {};

  constructor(host: Host) {
    this.#host = host;
  }

  build(): Json {
    const { title, url, description } = HOSTS[this.#host];
    const own = ENDPOINTS.filter(({ host }) => host === this.#host);
    const paths: Record<string, Record<string, Json>> = {};
    for (const endpoint of own)
      (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = this.#operation(endpoint);
    const keyed = own.some(({ bypassKey }) => bypassKey === true);
    return {
      openapi: '3.1.1',
      info: {
        title,
        version: '1',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        description:
          'Generated from `contract/` by `npm run schemas`. Objects may have more members than are named here. ' +
          '`x-access` is who may call an operation, `x-undo` the operation that takes it back, ' +
          '`x-makes` where in its response the ids stand that later operations are called with.',
      },
      servers: [{ url, description }],
      tags: [...new Set(own.map(groupOf))].map((name) => ({ name })),
      paths,
      components: {
        schemas: this.#components.used,
        responses: this.#shares,
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          ...(keyed ? { bypassKey: { type: 'apiKey', in: 'header', name: BYPASS_KEY_HEADER } } : {}),
        },
      },
    };
  }

  #operation(endpoint: Endpoint): Json {
    const { id, summary, access, path, query = [], body, undo, makes } = endpoint;
    const parameters = [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...query.map((name) => ({
        name,
        in: 'query',
        schema: NUMBERS.includes(name) ? { type: 'integer', minimum: 0 } : { type: 'string' },
      })),
    ];
    return {
      operationId: id,
      tags: [groupOf(endpoint)],
      summary,
      description: ACCESS[access],
      'x-access': access,
      ...(undo === undefined ? {} : { 'x-undo': undo }),
      ...(makes === undefined ? {} : { 'x-makes': makes }),
      security: this.#security(endpoint),
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(body === undefined ? {} : { requestBody: { required: true, content: json(this.#components.of(body)) } }),
      responses: this.#responses(endpoint),
    };
  }

  #security({ access, bypassKey }: Endpoint): readonly Json[] {
    if (bypassKey === true) return [{ bypassKey: [] }];
    if (access === 'public') return [];
    return access === 'optional' ? [{}, { bearer: [] }] : [{ bearer: [] }];
  }

  #responses(endpoint: Endpoint): Json {
    const { access, body, path, query, success, frame, bypassKey } = endpoint;
    const content =
      frame === undefined
        ? success && json(this.#components.of(success))
        : { 'text/event-stream': { schema: this.#components.of(frame) } };
    const description = frame === undefined ? 'Served.' : 'Served; each `data:` line is one of these frames.';
    return {
      200: { description, ...(content === undefined ? {} : { content }) },
      ...(access === 'public' || access === 'optional' ? {} : this.#refusals(access)),
      ...(bypassKey === true ? { 401: this.#error('BadKey', 'The bypass key is missing or wrong.') } : {}),
      ...(body === undefined && query === undefined && !path.includes('{') ? {} : { 422: this.#invalid() }),
      ...this.#documented(endpoint),
      default: this.#error('Failed', 'Any other error.'),
    };
  }

  /** Errors beside those of access and validation. */
  #documented(endpoint: Endpoint): Json {
    const named = meaningsOf(endpoint).flatMap((meaning) => {
      const description = DOCUMENTED[meaning];
      const [status] = DEFAULT_RELEASE.refusals[meaning].statuses;
      if (description === undefined || (meaning === 'forbidden' && endpoint.access !== 'required')) return [];
      const name = `${meaning[0]?.toUpperCase() ?? ''}${meaning.slice(1)}`;
      return [[status, this.#error(name, description, status)] as const];
    });
    return Object.fromEntries(named);
  }

  #refusals(access: keyof typeof FORBIDDEN): Json {
    const bad = 'The token is forged, expired, revoked or a refresh token.';
    // The auth service knows no 403 for a missing token.
    if (this.#host === 'auth') return { 401: this.#error('BadToken', `No token. ${bad}`) };
    const { name, description } = FORBIDDEN[access];
    return { 401: this.#error('BadToken', bad, 401), 403: this.#error(name, description, 403) };
  }

  /** A response of all operations; with a status: the envelope with its code. */
  #error(name: string, description: string, status?: EnvelopeStatus): Json {
    const any = this.#components.of(this.#host === 'auth' ? authError : envelope);
    const schema =
      status === undefined ? any : { allOf: [any, { properties: { error_code: { const: ERROR_CODES[status] } } }] };
    return this.#shared(name, { description, content: json(schema) });
  }

  #invalid(): Json {
    if (this.#host === 'auth') return this.#error('Invalid', 'The body does not fit.');
    const content = json(this.#components.of(validationError));
    return this.#shared('Invalid', { description: 'The request does not fit.', content });
  }

  #shared(name: string, response: Json): Json {
    this.#shares[name] = response;
    return { $ref: `#/components/responses/${name}` };
  }
}

const groupOf = ({ id }: Endpoint): string => id.split('.', 1)[0] ?? '';

export const openapi = (host: Host): Json => new Document(host).build();
