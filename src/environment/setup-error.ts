/** A set-up that cannot run, worded for the person who has to fix it. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
