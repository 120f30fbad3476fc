import { z } from 'zod';
import { sleep } from '../clock.ts';
import { defineFault } from '../switchboard/fault.ts';

interface Line {
  /** When the last thing put on it arrives. */
  due: number;
  /** Settles when it has arrived: nothing overtakes, whatever the timers do. */
  arrived: Promise<void>;
}

export default defineFault({
  id: 'control-latency',
  layer: 'control',
  origin: 'control',
  summary: '200 ms with a jitter of 150 ms on every reply and every frame, order kept',
  parameters: z.object({
    delay: z.coerce.number().nonnegative().default(200),
    jitter: z.coerce.number().nonnegative().default(150),
  }),
  install: ({ wrap }, { delay, jitter }) => {
    const lag = () => Math.max(0, delay + (Math.random() * 2 - 1) * jitter);
    const lines = new WeakMap<object, Line>();
    const after = (about: object, work: () => void): void => {
      const line = lines.get(about) ?? { due: 0, arrived: Promise.resolve() };
      const due = Math.max(line.due, performance.now() + lag());
      const arrived = line.arrived.then(() => sleep(Math.max(0, due - performance.now()))).then(work);
      lines.set(about, { due, arrived });
    };
    wrap('http.transmit', (next) => async (call, send) => {
      await sleep(lag());
      await next(call, send);
    });
    wrap('ws.deliver', (next) => (connection, text, write) => {
      after(connection, () => next(connection, text, write));
    });
    wrap('ws.close', (next) => (connection, code, reason, close) => {
      after(connection, () => next(connection, code, reason, close));
    });
    wrap(
      'sse.bytes',
      (next) =>
        async function* (call, chunks) {
          // The run goes on while its frames are under way.
          const arrived: Buffer[] = [];
          let wake: () => void = () => undefined;
          let open = 1;
          const arrive = (chunk?: Buffer) => {
            if (chunk === undefined) open = 0;
            else arrived.push(chunk);
            wake();
          };
          const pump = (async () => {
            for await (const chunk of next(call, chunks)) after(call, () => arrive(chunk));
            after(call, () => arrive());
          })();
          while (open > 0 || arrived.length > 0) {
            const chunk = arrived.shift();
            if (chunk !== undefined) yield chunk;
            else await new Promise<void>((resolve) => (wake = resolve));
          }
          await pump;
        },
    );
  },
});
