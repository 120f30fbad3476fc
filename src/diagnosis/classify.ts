/**
 * From a red test to its cause. A pure function of what was recorded: the same evidence gives the same answer,
 * whatever its order, and nothing is read that a foreign server would not send.
 */
import { contradictionsOf } from './contradictions.ts';
import { groupsOf } from './group.ts';
import type { DiagnosisInput } from './input.ts';
import { observe } from './observe.ts';
import { questionsOf } from './questions.ts';
import type { DiagnosisResult } from './result.ts';
import { sceneOf } from './scene.ts';

export const diagnose = (input: DiagnosisInput): DiagnosisResult => {
  const scene = sceneOf(input);
  const findings = observe(scene);
  const groups = groupsOf(scene, findings);
  return {
    runId: input.runId,
    groups,
    findings: contradictionsOf(scene, groups, findings),
    questions: questionsOf(scene, groups, findings),
  };
};
