// A promotion's picture: the plan before anything happens, the way, the end.
import { button, copied, el, failure, moment, waiting } from './dom.js';
import { deskOf } from './desk.js';
import { formOf } from './form.js';
import { refusal, released } from './outcome.js';
import { pictured, sameness } from './plan.js';
import { cells, checks, steps } from './steps.js';

const PLAN_PAUSE = 600;

function render({ model, el: place }) {
  const desk = deskOf(model);
  const view = new Promotion(model, desk);
  place.append(view.node);
  return () => {
    view.close();
    desk.close();
  };
}

class Promotion {
  constructor(model, desk) {
    this.model = model;
    this.desk = desk;
    this.plan = null;
    this.form = null;
    this.body = el('div', {});
    this.said = el('div', { 'aria-live': 'polite' });
    this.node = el(
      'div',
      { class: 'mesh-widget mesh-promotion' },
      this.body,
      this.said
    );
    this.moved = () => this.draw();
    this.told = message => message?.fault && this.fail(message.fault);
    model.on('change:job', this.moved);
    model.on('change:release', this.moved);
    model.on('msg:custom', this.told);
    this.draw();
  }

  close() {
    clearTimeout(this.typing);
    this.model.off('change:job', this.moved);
    this.model.off('change:release', this.moved);
    this.model.off('msg:custom', this.told);
  }

  get job() {
    const job = this.model.get('job');
    return job?.id ? job : null;
  }

  draw() {
    const { job } = this;
    if (job) {
      this.drawJob(job);
    } else if (this.plan) {
      this.drawPlan();
    } else {
      void this.ask();
    }
  }

  fail(error, retry) {
    this.said.replaceChildren(failure(error, retry));
  }

  // -- the plan -----------------------------------------------------------------------------

  /** Plan; what was planned before stays in sight until the new plan has come. */
  async ask() {
    const mine = (this.asking = {});
    this.said.replaceChildren(
      waiting(`Planning ${this.model.get('product')}…`)
    );
    try {
      const parameters = this.form?.values() ?? {};
      const plan = await this.desk.ask('plan', { parameters });
      if (this.asking === mine && !this.job) {
        this.said.replaceChildren();
        this.plan = plan;
        this.form ??= formOf(plan, () => this.typed());
        this.drawPlan();
      }
      return plan;
    } catch (error) {
      if (this.asking === mine) {
        this.plan = null;
        this.start?.setAttribute('disabled', '');
        this.fail(error, () => void this.ask());
      }
      return null;
    }
  }

  typed() {
    // What the plan says does not hold for the new values: it cannot be started.
    this.start?.setAttribute('disabled', '');
    this.asking = null;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.ask(), PLAN_PAUSE);
  }

  drawPlan() {
    const { plan } = this;
    this.start = button(`Promote ${plan.version}`, () => void this.promote(), {
      class: 'mesh-primary',
      disabled: !plan.clear
    });
    // A field keeps its cursor, so the form is moved into no other place while it is typed in.
    const form = this.form.node;
    const before = pictured(plan);
    const after = el(
      'div',
      { class: 'mesh-actions' },
      this.start,
      button('Plan again', () => void this.ask())
    );
    if (form?.parentNode === this.body) {
      this.body.firstChild.replaceWith(before);
      this.body.lastChild.replaceWith(after);
    } else {
      this.body.replaceChildren(...[before, form, after].filter(Boolean));
    }
  }

  /** Start what is shown; when the plan is another by now, show that first. */
  async promote() {
    const agreed = this.plan;
    this.start.disabled = true;
    const plan = await this.ask();
    if (!plan) {
      return;
    }
    if (sameness(plan) !== sameness(agreed)) {
      const text =
        'The plan is another by now. Look at it again, then promote.';
      this.said.replaceChildren(el('p', { role: 'alert' }, text));
      return;
    }
    this.start.disabled = true;
    this.said.replaceChildren(waiting('Starting…'));
    try {
      await this.desk.ask('start', { parameters: this.form.values() });
      this.said.replaceChildren();
    } catch (error) {
      this.fail(error, () => void this.ask());
    }
  }

  // -- the way and the end ------------------------------------------------------------------

  drawJob(job) {
    const isRunning = job.state === 'running';
    if (this.asking) {
      // A plan that is still on its way is for nobody.
      this.asking = null;
      this.said.replaceChildren();
    }
    const title = job.release ? job.release.replace('@', ' ') : job.product;
    this.body.replaceChildren(
      el(
        'h3',
        {},
        title,
        ' ',
        el('span', { 'data-state': job.state }, job.state)
      ),
      el(
        'p',
        { class: 'mesh-quiet' },
        `by ${job.actor}, ${moment(job.started)}`
      ),
      steps(job),
      ...(isRunning
        ? [el('p', { role: 'status' }, job.text || 'Waiting for its turn')]
        : []),
      ...[cells(job), isRunning ? null : this.end(job), checks(job)].filter(
        Boolean
      ),
      this.footer(job, isRunning)
    );
  }

  footer(job, isRunning) {
    if (!isRunning) {
      return el(
        'div',
        { class: 'mesh-actions' },
        button('Plan again', () => this.again())
      );
    }
    const isStopping = this.stopping === job.id;
    const text = isStopping ? 'Stopping…' : 'Cancel';
    const stop = button(text, () => void this.cancel(job.id), {
      disabled: isStopping
    });
    return el('div', { class: 'mesh-actions' }, stop);
  }

  end(job) {
    if (job.error) {
      return refusal(job);
    }
    const release = this.model.get('release');
    return el(
      'div',
      {},
      el('p', { role: 'status' }, job.text),
      release?.version && released(release, line => this.copy(line))
    );
  }

  async copy(line) {
    const isDone = await copied(line, this.node);
    this.said.textContent = isDone
      ? 'Copied.'
      : 'The host keeps the clipboard.';
  }

  async cancel(id) {
    this.stopping = id;
    this.draw();
    try {
      await this.desk.ask('cancel');
    } catch (error) {
      // What could not be stopped may be asked to stop again.
      this.stopping = null;
      this.draw();
      this.fail(error);
    }
  }

  async again() {
    this.plan = null;
    this.form = null;
    this.said.replaceChildren();
    try {
      await this.desk.ask('again');
    } catch (error) {
      this.fail(error);
    }
  }
}

export default { render };
