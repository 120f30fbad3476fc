import type { CauseId } from '../../src/diagnosis/causes.ts';
import type { DiagnosisInput } from '../../src/diagnosis/input.ts';
import type { Confidence } from '../../src/diagnosis/result.ts';

/** A wire, and what has to be said of it. */
export interface Situation {
  readonly name: string;
  readonly cause: CauseId;
  /** Tests that one group with this cause has to explain. */
  readonly tests: readonly string[];
  /** Where one confidence is due; otherwise any. */
  readonly confidence?: Confidence;
  readonly input: DiagnosisInput;
}
