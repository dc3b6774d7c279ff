// Questions to the kernel over the widget's own comm, each with its answer or its error.

/** One view's desk: `ask(name, values)` promises an answer, `close()` forgets them all. */
export function deskOf(model) {
  // Several views share one comm: each knows its own questions by their beginning.
  const mark = Math.random().toString(36).slice(2);
  const open = new Map();
  let count = 0;
  const hear = said => {
    const question = open.get(said?.id);
    if (question) {
      open.delete(said.id);
      if (said.error) {
        question.reject(said.error);
      } else {
        question.resolve(said.answer);
      }
    }
  };
  model.on('msg:custom', hear);
  return {
    ask(name, values = {}) {
      const id = `${mark}-${++count}`;
      const answer = new Promise((resolve, reject) =>
        open.set(id, { resolve, reject })
      );
      answer.stop = () => model.send({ id, ask: 'stop' });
      model.send({ id, ask: name, values });
      return answer;
    },
    close() {
      model.off('msg:custom', hear);
      open.clear();
    }
  };
}
