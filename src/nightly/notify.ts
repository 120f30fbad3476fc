/** The message to a chat: short, the same for Slack and whatever takes its webhooks, and without a living mention or link. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Verdict } from '../reporter/assess.ts';
import { oneLine } from '../evidence/one-line.ts';

/** Says why, never where to: the address of a webhook is a secret. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';
}

export interface News {
  readonly verdict: Verdict;
  /** The verdict of the run before, in words. */
  readonly was: string;
  /** What the gate printed: holds text of the server. */
  readonly answer: string;
  readonly link: string | undefined;
}

const LINES = 7;
const CHARACTERS = 300;
/** Marks that change the direction in which a line is read. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replace(DIRECTION, '');

/** As code: nothing in it is a link or formatted. Chats that look for @channel even there find no such word. */
const inert = (text: string): string =>
  `\`${escaped(oneLine(text, CHARACTERS)).replaceAll('`', "'").replaceAll('@', '@\u200b')}\``;

const linkOf = (url: string): string => `<${new URL(url).href.replaceAll('|', '%7C')}|report>`;

export const messageOf = ({ verdict, was, answer, link }: News): { readonly text: string } => {
  const [title = '', ...lines] = answer.split('\n').filter((line) => line.trim() !== '');
  const shown = title.includes('REHEARSAL') ? `REHEARSAL ${verdict}` : verdict;
  return {
    text: [
      `*goldenpath: ${shown}* (before: ${was})`,
      ...lines.slice(0, LINES).map((line) => inert(line.trim())),
      ...(link === undefined ? [] : [linkOf(link)]),
    ].join('\n'),
  };
};

const WITHIN_MS = 10_000;
/** Pauses before a further try, in milliseconds. */
const PAUSES = [500, 2_000];

/** What went wrong and whether it may pass; undefined = delivered. */
const post = async (url: string, body: string): Promise<{ why: string; passing: boolean } | undefined> => {
  try {
    const { status, ok } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    return ok ? undefined : { why: `the webhook answered ${status}`, passing: status === 429 || status >= 500 };
  } catch (error) {
    // Node's messages may hold the address; the code of the cause does not.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    const late = error instanceof Error && error.name === 'TimeoutError';
    return {
      why: late ? `the webhook did not answer in ${WITHIN_MS / 1_000} s` : `no connection (${code ?? 'unknown error'})`,
      passing: true,
    };
  }
};

/** Rejects with {@link NotDelivered} unless the webhook took the message. */
export const deliver = async (url: string, message: { readonly text: string }): Promise<void> => {
  const body = JSON.stringify(message);
  for (const pause of [...PAUSES, undefined]) {
    const failed = await post(url, body);
    if (failed === undefined) return;
    if (pause === undefined || !failed.passing)
      throw new NotDelivered(`${failed.why}. Check E2E_NOTIFY_WEBHOOK with whoever made the webhook.`);
    await sleep(pause);
  }
};
