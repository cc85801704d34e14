import { NEXT, type Verb } from '../verb.js';

/** `<Echo>`: sends the caller back what it says until it hangs up; what the SDK's connection test is pointed at. */
export function parseEcho(): Verb {
  return {
    name: 'Echo',
    async run(call) {
      await call.answer();
      await call.echo();
      return NEXT;
    },
  };
}
