/** One thing that a target does otherwise than a release says. */
export interface Difference {
  /** Where in the profile: `health.read`, `refusals.forbidden`, `socket.welcome`. */
  readonly at: string;
  readonly was: string;
  readonly is: string;
  /** The member of the profile, without what it stands in. */
  readonly draft: string;
}
