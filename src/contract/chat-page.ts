/**
 * What a person finds on the chat page, by what they can see of it. The platform's contract does not describe the
 * page; a team maps its own here, and nothing else changes.
 */

/** How to find something on a page: as a person would, or by an attribute where there is nothing to see. */
export type Find =
  | { readonly role: 'button' | 'textbox' | 'status' | 'log' | 'alert' | 'heading'; readonly name?: string }
  | { readonly label: string }
  | { readonly text: string | RegExp }
  | { readonly testId: string };

export interface ChatPageMap {
  /** Path on the web app's origin. */
  readonly path: string;
  /** Field that takes an access token. */
  readonly token: Find;
  readonly signIn: Find;
  /** What is said when a login is refused. */
  readonly signInError: Find;
  /** Says whether the live connection is there. */
  readonly connection: Find;
  readonly connected: RegExp;
  readonly disconnected: RegExp;
  /** Questions and answers, oldest first. */
  readonly conversation: Find;
  /** Stands in the conversation while an agent works and its answer is not there. */
  readonly working: RegExp;
  readonly message: Find;
  readonly send: Find;
}

export const CHAT_PAGE: ChatPageMap = {
  path: '/',
  token: { label: 'Access token' },
  signIn: { role: 'button', name: 'Sign in' },
  signInError: { role: 'alert' },
  connection: { role: 'status' },
  connected: /^connected$/i,
  disconnected: /^reconnecting/i,
  conversation: { role: 'log', name: 'Conversation' },
  working: /is (?:working|thinking)|using /i,
  message: { role: 'textbox', name: 'Message' },
  send: { role: 'button', name: 'Send' },
};
