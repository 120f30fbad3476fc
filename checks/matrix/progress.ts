/** One line a case, with the time that is left. */
import { performance } from 'node:perf_hooks';
import type { Judgement } from './judge.ts';

const SIGNS: Readonly<Record<Judgement['outcome'], string>> = {
  'as-expected': 'ok    ',
  inexact: 'inexact',
  missed: 'MISSED',
  error: 'ERROR ',
};

const duration = (ms: number): string =>
  ms < 90_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;

export class Progress {
  readonly #begun = performance.now();
  readonly #total: number;
  readonly #work: number;
  #done = 0;
  #worked = 0;

  /** `work`: the sum of the estimates, in any unit. */
  constructor(total: number, work: number) {
    this.#total = total;
    this.#work = work;
  }

  line(judgement: Judgement, estimate: number): string {
    this.#done += 1;
    this.#worked += estimate;
    const elapsed = performance.now() - this.#begun;
    const left = (elapsed / this.#worked) * (this.#work - this.#worked);
    const place = `[${String(this.#done).padStart(String(this.#total).length)}/${this.#total}]`;
    const first = judgement.problems[0]?.split('\n', 1)[0];
    const why = first === undefined || judgement.outcome === 'as-expected' ? '' : ` · ${first}`;
    return `${place} ${SIGNS[judgement.outcome]} ${judgement.case.id} ${(judgement.ms / 1_000).toFixed(1)} s · ${duration(left)} left${why}`;
  }
}
