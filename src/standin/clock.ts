/** One clock for everything: it rises with every reading, so no two timestamps of the stand-in are equal. */
let lastMicros = 0;

const micros = (): number => {
  lastMicros = Math.max(lastMicros + 1, Date.now() * 1000);
  return lastMicros;
};

/** Seconds since 1970, fractional. */
export const unixNow = (): number => micros() / 1_000_000;
/** Whole seconds since 1970. */
export const unixSeconds = (): number => Math.floor(Date.now() / 1000);

const isoOf = (time: number): string => {
  const base = new Date(Math.floor(time / 1000)).toISOString().slice(0, -1);
  return `${base}${String(time % 1000).padStart(3, '0')}+00:00`;
};
export const isoNow = (): string => isoOf(micros());
export const isoOfSeconds = (seconds: number): string => isoOf(Math.floor(seconds * 1000) * 1000);
/** Without a zone: discovery timestamps only. */
export const isoWithoutZone = (): string => new Date().toISOString().slice(0, 19);

/** Resolves early, without an error, when the signal aborts: whoever waits looks at the signal. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  ms <= 0
    ? Promise.resolve()
    : new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal?.addEventListener('abort', done, { once: true });
        if (signal?.aborted === true) done();
      });
