/** The welcome of a socket may take this many milliseconds before it counts as slow. */
export const SLOW_WELCOME = { remote: 5_000, standin: 1_000 };
