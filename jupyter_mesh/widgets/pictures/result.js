// A result's picture: nothing but a grid over what the kernel keeps.
import { el } from './dom.js';
import { deskOf } from './desk.js';
import { gridOf } from './grid.js';

function render({ model, el: place }) {
  const desk = deskOf(model);
  const grid = gridOf({
    page: model.get('page'),
    label: 'Result',
    ask: (name, values) => desk.ask(name, values)
  });
  place.append(el('div', { class: 'mesh-widget' }, grid.node));
  return () => {
    grid.close();
    desk.close();
  };
}

export default { render };
