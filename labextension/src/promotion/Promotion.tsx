// The picture of a promotion panel: the plan, what runs, or what has to be laid out first.
import type { JSX } from 'react';

import { Failure, Waiting } from '../failure';
import { busyText, type Props } from './given';
import { Outcome } from './Outcome';
import { PlanPicture } from './Plan';
import { ScaffoldForm } from './Scaffold';

export function Promotion(props: Props): JSX.Element {
  const { model, trans } = props;
  return (
    <div className="jp-mesh-promotion-page" aria-busy={!!model.busy}>
      <Trouble {...props} />
      <Middle {...props} />
      {!model.fault && !model.plan && !model.isJob && model.busy && (
        <Waiting text={busyText(model, trans)} />
      )}
    </div>
  );
}

function Middle(props: Props): JSX.Element | null {
  const { model, trans } = props;
  if (model.isJob) {
    if (model.job) {
      return <Outcome {...props} job={model.job} />;
    }
    return model.fault ? null : (
      <Waiting text={trans.__('Asking how the promotion stands…')} />
    );
  }
  if (model.proposal) {
    return <ScaffoldForm {...props} proposal={model.proposal} />;
  }
  return model.plan ? <PlanPicture {...props} plan={model.plan} /> : null;
}

/** What went wrong and what to do, with the way on when there is one. */
function Trouble(props: Props): JSX.Element | null {
  const { model, ways, trans } = props;
  const { fault, rival } = model;
  if (!fault) {
    return null;
  }
  const retry = (): void => {
    void (model.isJob ? model.open() : model.ask());
  };
  return (
    <>
      <Failure error={fault} trans={trans} retry={retry} open={ways.openFile} />
      {model.isMeshless && (
        <p className="jp-mesh-actions">
          <button
            type="button"
            className="jp-mesh-button jp-mod-primary"
            disabled={!!model.busy}
            onClick={() => void model.makeMesh()}
          >
            {trans.__('Make a mesh here')}
          </button>
        </p>
      )}
      {rival && !model.isJob && (
        <p className="jp-mesh-actions">
          <button
            type="button"
            className="jp-mesh-button jp-mod-primary"
            onClick={() => model.follow(rival.id)}
          >
            {trans.__('Follow it')}
          </button>
        </p>
      )}
    </>
  );
}
