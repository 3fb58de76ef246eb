import type { Haircut, SweepValidation } from "@atc/runtime/sweeps";

/** A number as JSON has it. */
function figure(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function haircutJson({ pValue, sharpe, haircut }: Haircut): object {
  return { pValue: figure(pValue), sharpe: figure(sharpe), haircut: figure(haircut) };
}

function overfittingJson({ overfitting }: SweepValidation): object | null {
  if (overfitting === undefined) return null;
  const { pbo, combinations, rows, probabilityOfLoss, meanLogit, rankCorrelation } = overfitting;
  return {
    pbo,
    combinations,
    returns: rows,
    probabilityOfLoss,
    meanLogit: figure(meanLogit),
    rankCorrelation: figure(rankCorrelation),
    degradationSlope: figure(overfitting.degradationSlope),
    degradationIntercept: figure(overfitting.degradationIntercept),
  };
}

function abilityJson({ superiorAbility }: SweepValidation): object | null {
  if (superiorAbility === undefined) return null;
  const { longRunSd: _, ...figures } = superiorAbility;
  // If nothing gains, there is nothing to test.
  return figures.statistic > 0 ? figures : { ...figures, pLower: null, pConsistent: null, pUpper: null };
}

function haircutsJson({ haircuts }: SweepValidation): object | null {
  if (haircuts === undefined) return null;
  const { sharpe, pValue, bonferroni, holm, bhy } = haircuts;
  return {
    sharpe: figure(sharpe),
    pValue: figure(pValue),
    bonferroni: haircutJson(bonferroni),
    holm: haircutJson(holm),
    bhy: haircutJson(bhy),
  };
}

/** The judgement of a sweep's winner as JSON. */
export function validationJson(validation: SweepValidation): object {
  const { verdict, sentence, rule, configuration, winner, deflated, effectiveTrials, neighbourhood } = validation;
  return {
    verdict,
    sentence,
    rule,
    configuration,
    winner:
      winner === undefined
        ? null
        : {
            returns: winner.count,
            sharpePerBar: figure(winner.sharpePerBar),
            skewness: figure(winner.skewness),
            kurtosis: figure(winner.kurtosis),
          },
    deflated: deflated === undefined ? null : { ...deflated, deflatedSharpe: figure(deflated.deflatedSharpe) },
    overfitting: overfittingJson(validation),
    superiorAbility: abilityJson(validation),
    effectiveTrials: figure(effectiveTrials),
    haircuts: haircutsJson(validation),
    neighbourhood: neighbourhood === undefined ? null : { ...neighbourhood, ratio: figure(neighbourhood.ratio) },
    trials: validation.trials,
    sample: validation.sample,
    notes: validation.notes,
    seconds: Number(validation.seconds.toFixed(3)),
  };
}
