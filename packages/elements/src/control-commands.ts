import type { ReactiveControllerHost } from 'lit';
import { problemOf } from '@offhook/client';
import type { PhoneProblem, SharedPhone } from '@offhook/client';
import type { PhoneRequests, SecondCallCommand } from './phone-events.js';

/** Has the call controlled, and keeps why the last command could not be done. */
export class ControlCommands {
  refused: PhoneProblem | undefined;
  readonly #host: Pick<ReactiveControllerHost, 'requestUpdate'>;
  readonly #phone: () => SharedPhone | undefined;

  constructor(host: Pick<ReactiveControllerHost, 'requestUpdate'>, phone: () => SharedPhone | undefined) {
    this.#host = host;
    this.#phone = phone;
  }

  control({ name, party = '' }: PhoneRequests['phone-control']): void {
    const phone = this.#phone();
    this.#follow(name === 'removeParty' ? phone?.perform(name, party) : phone?.perform(name));
  }

  transfer({ way, to }: PhoneRequests['phone-transfer'], callerId: string | undefined): void {
    this.#follow(this.#phone()?.perform(way, to, callerId));
  }

  second(name: SecondCallCommand): void {
    this.#follow(this.#phone()?.perform(name));
  }

  /** A new call has nothing to do with what was refused before. */
  forget(): void {
    this.refused = undefined;
  }

  #follow(done: Promise<void> | undefined): void {
    this.refused = undefined;
    done?.catch((error: unknown) => {
      this.refused = problemOf(error);
      this.#host.requestUpdate();
    });
  }
}
