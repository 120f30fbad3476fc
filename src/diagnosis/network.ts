/** dns, tcp and tls: what an error of the client says about the way to the target. */
import type { ClientError, Phases } from '../evidence/trace.ts';
import type { CauseId } from './causes.ts';
import type { FindingDraft } from './finding.ts';
import type { Phase } from './result.ts';
import type { Confidence } from './result.ts';

interface Sign {
  readonly pattern: RegExp;
  readonly cause: CauseId;
  readonly phase: Phase;
  readonly signal: Confidence;
}

const sign = (pattern: RegExp, cause: CauseId, phase: Phase, signal: Confidence): Sign => ({
  pattern,
  cause,
  phase,
  signal,
});

/** First match wins. */
const SIGNS: readonly Sign[] = [
  sign(/ENOTFOUND|EAI_NODATA/, 'dns-name-not-found', 'dns', 'high'),
  sign(/EAI_AGAIN|ETIMEOUT\b/, 'runner-network', 'dns', 'high'),
  sign(/ALTNAME_INVALID|does not match certificate/, 'tls-wrong-host', 'tls', 'high'),
  sign(
    /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|alert (?:number )?70|TLSV1_ALERT_PROTOCOL|UNSUPPORTED_PROTOCOL/,
    'tls-certificate',
    'tls',
    'high',
  ),
  sign(/wrong version number|ERR_SSL_WRONG_VERSION|ERR_SSL_PACKET_LENGTH/, 'tls-scheme-mismatch', 'tls', 'high'),
  sign(/before secure TLS connection|EPROTO/, 'tls-scheme-mismatch', 'tls', 'medium'),
  sign(/ECONNREFUSED/, 'tcp-refused', 'tcp', 'high'),
  sign(
    /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|CONNECT_TIMEOUT|no TCP connection/,
    'tcp-unreachable',
    'tcp',
    'high',
  ),
  sign(/ECONNRESET|EPIPE|ECONNABORTED|socket hang up|UND_ERR_SOCKET|other side closed/, 'tcp-reset', 'tcp', 'high'),
  sign(/HPE_/, 'edge-misroute', 'http-api', 'high'),
];

export const signOf = (text: string): Sign | undefined => SIGNS.find(({ pattern }) => pattern.test(text));

const textOfError = (error: ClientError): string => [error.code ?? '', error.message, ...error.errors].join(' ');

interface Context {
  readonly subject: string;
  /** Other requests reached the target properly, so not everything is reset. */
  readonly apiServes: boolean;
  readonly otherScheme: boolean | null;
}

/** Null: the error is not one of the network. */
export const networkDraft = (error: ClientError, phases: Phases, context: Context): FindingDraft | null => {
  const text = textOfError(error);
  const found = signOf(text);
  if (found === undefined) return null;
  const fact = `${context.subject}: ${text.trim().slice(0, 160)}`;
  const detail = error.code ?? error.message;
  const draft: FindingDraft = { cause: found.cause, phase: found.phase, signal: found.signal, fact, detail };
  if (found.cause !== 'tcp-reset') return draft;
  // FIN before any byte: a proxy, or TLS where plain text was sent.
  if (/hang up|other side closed|UND_ERR_SOCKET/.test(text) && phases.tls === null && context.otherScheme === true)
    return { ...draft, cause: 'tls-scheme-mismatch', phase: 'tls', signal: 'medium' };
  if (/ECONNRESET/.test(text) && !/hang up/.test(text))
    return { ...draft, signal: context.apiServes ? 'medium' : 'high' };
  return { ...draft, signal: context.otherScheme === false ? 'medium' : 'low' };
};
