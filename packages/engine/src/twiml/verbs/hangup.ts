import { END, type Verb } from '../verb.js';

/** `<Hangup>`: ends the call. */
export function parseHangup(): Verb {
  return {
    name: 'Hangup',
    run(call) {
      call.hangUp();
      return Promise.resolve(END);
    },
  };
}
