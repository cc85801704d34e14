import { HEARTBEAT } from './messages.js';

/** How long a device has to answer, and how long its answer counts. */
const PATIENCE_MS = 2000;

interface Question {
  answer: Promise<boolean>;
  settle: (alive: boolean) => void;
  timer: NodeJS.Timeout;
}

/** Whether the device at the other end of a socket still answers: it is asked once in 2 s, however many want to know. */
export class SignOfLife {
  readonly #send: (frame: string) => void;
  #question: Question | undefined;

  constructor(send: (frame: string) => void) {
    this.#send = send;
  }

  ask(): Promise<boolean> {
    this.#question ??= this.#pose();
    return this.#question.answer;
  }

  /** The device has sent something. */
  onHeard(): void {
    this.#question?.settle(true);
  }

  /** The socket is gone. */
  onClosed(): void {
    clearTimeout(this.#question?.timer);
    this.#question?.settle(false);
  }

  #pose(): Question {
    let settle = (_alive: boolean): void => undefined;
    const answer = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    const timer = setTimeout(() => {
      this.#question = undefined;
      settle(false);
    }, PATIENCE_MS);
    // An SDK echoes a heartbeat at once.
    this.#send(HEARTBEAT);
    return { answer, settle, timer };
  }
}
