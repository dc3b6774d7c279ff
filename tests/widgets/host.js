// A host of widgets: its model is kept here, and its kernel answers from a script.

/** A model as anywidget gives it to a picture; `answers` has a function for each question. */
export function host(state, answers) {
  const listeners = new Map();
  const tell = (event, ...what) =>
    [...(listeners.get(event) ?? [])].forEach(one => one(...what));
  const asked = [];
  return {
    asked,
    tell,
    get: name => state[name],
    set: (name, value) => (state[name] = value),
    save_changes: () => undefined,
    on: (event, one) =>
      listeners.set(event, (listeners.get(event) ?? new Set()).add(one)),
    off: (event, one) => listeners.get(event)?.delete(one),
    /** The kernel has changed a value. */
    change(name, value) {
      state[name] = value;
      tell(`change:${name}`);
    },
    listening: () =>
      [...listeners.values()].reduce((all, one) => all + one.size, 0),
    send(question) {
      asked.push(question);
      void Promise.resolve()
        .then(() => answers[question.ask](question.values))
        .then(
          answer => tell('msg:custom', { id: question.id, answer }),
          error => tell('msg:custom', { id: question.id, error })
        );
    }
  };
}

/** Put a widget's picture into the page; the answer takes it away again. */
export function shown(widget, model) {
  const place = document.createElement('div');
  document.body.append(place);
  const leave = widget.render({ model, el: place });
  return { place, leave: () => (leave(), place.remove()) };
}

/** Wait until something is so; what it last was is told. */
export async function until(true_, message = () => document.body.innerText) {
  for (let turn = 0; turn < 300; turn++) {
    const found = true_();
    if (found) {
      return found;
    }
    await new Promise(done => setTimeout(done, 10));
  }
  throw new Error(`It never came: ${message() ?? document.body.textContent}`);
}

export const key = (node, name, more = {}) =>
  node.dispatchEvent(
    new KeyboardEvent('keydown', {
      key: name,
      bubbles: true,
      cancelable: true,
      ...more
    })
  );

export const named = (place, name) =>
  [...place.querySelectorAll('button')].find(one => one.textContent === name);

export const HOSTILE = '<img src=x onerror="window.hurt = true">';
