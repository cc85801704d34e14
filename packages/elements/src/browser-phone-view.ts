/** What `<browser-phone>` shows, as functions of what it knows. */
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { PhoneCall, PhoneProblem, PhoneSnapshot, PhoneState, SharedPhone } from '@offhook/client';
import type { CallRecord, SessionReply } from '@offhook/contract';
import { byPerson } from './by-person.js';
import { isOnHold, othersIn } from './call-parties.js';
import { qualityBars, weaknessOf } from './call-weakness.js';
import type { DeskData } from './desk-data.js';
import { icons } from './icons.js';
import { incomingLine } from './incoming-line.js';
import { initials } from './initials.js';
import type { Texts } from './locales/texts.js';
import { formatNumber } from './number-entry.js';
import { callName, partyName } from './party-name.js';
import type { CallPanel } from './phone-call-controls.js';
import type { PhonePreferences } from './phone-preferences.js';
import { formatDuration, statusLine } from './status-line.js';
import type { StatusLine } from './status-line.js';
import { problemView, statusView } from './status-view.js';
import type { Sleep } from './sleep-watch.js';

/** Which part is shown where there is no room for all. */
export type PhoneView = 'phone' | 'calls' | 'team';

/** All that is shown. */
export interface PhoneModel {
  readonly texts: Texts;
  readonly phone: SharedPhone;
  readonly snapshot: PhoneSnapshot;
  readonly data: DeskData;
  readonly session: SessionReply | undefined;
  readonly calls: readonly CallRecord[];
  readonly identity: string;
  readonly preferences: PhonePreferences;
  readonly view: PhoneView;
  readonly entry: string;
  readonly isEntryInvalid: boolean;
  readonly digits: string;
  readonly panel: CallPanel;
  /** Seconds since everybody else was put on hold. */
  readonly holdSeconds: number | undefined;
  /** Why the last command could not be done. */
  readonly refused: PhoneProblem | undefined;
  readonly sleep: Sleep | undefined;
  /** The call to learn and write about: the present one, or the last while one winds up. */
  readonly subject: PhoneCall | undefined;
  /** What can be asked of it. */
  readonly act: {
    readonly call: () => void;
    readonly accept: () => void;
    readonly hangUp: () => void;
    readonly dismiss: () => void;
    readonly retry: () => void;
    readonly wake: () => void;
    readonly readyAgain: () => void;
    readonly signOut: () => void;
    readonly forgetIdentity: () => void;
    readonly openSettings: () => void;
    readonly prefer: (change: Partial<PhonePreferences>) => void;
    readonly show: (view: PhoneView) => void;
  };
}

/** The SID under which a call is kept: of its caller's side. */
export function recordSid(call: PhoneCall): string | undefined {
  return call.parameters['callSid'] ?? call.sid;
}

/** Whether another call has come into the front's place. */
export function hasChangedPlaces(before: PhoneState, now: PhoneState): boolean {
  const sid = 'call' in before ? recordSid(before.call) : undefined;
  return now.name === 'in-call' && sid !== undefined && recordSid(now.call) !== sid;
}

/** The other party's name; empty without a call. */
function partyOf({ snapshot, texts, session, data }: PhoneModel): string {
  const { state } = snapshot;
  const wish =
    'call' in state ? data.callbacks.find(({ id }) => state.call.party === `callback:${id}`) : undefined;
  if (wish) return wish.name;
  return 'call' in state ? callName(state.call, texts, session) : '';
}

/** The state in a sentence; a call that waits says so, unless something graver is to be said. */
function lineOf(model: PhoneModel): StatusLine {
  const { texts, snapshot, phone, holdSeconds } = model;
  const { state } = snapshot;
  const line = statusLine(state, texts, partyOf(model), phone.callSeconds);
  if (holdSeconds === undefined || state.name !== 'in-call' || state.reconnecting) return line;
  return { ...line, text: texts.desk.onHold, aside: formatDuration(holdSeconds) };
}

/** The phone itself. */
export function renderPhone(model: PhoneModel): TemplateResult {
  const { texts, snapshot } = model;
  const { state } = snapshot;
  const line = lineOf(model);
  return html`<section class="phone ${state.name}" aria-label=${texts.phone} tabindex="-1">
    ${renderHeader(model)}
    <div class="status">${statusView(line)}${renderQuality(model)}</div>
    ${renderNotices(model)}
    <phone-second-call
      .texts=${texts}
      .session=${model.session}
      .second=${snapshot.second}
      .seconds=${model.phone.secondSeconds}
      .canSwap=${state.name === 'in-call'}
    ></phone-second-call>
    <div class="stage">${renderStage(model)}</div>
    ${renderFooter(model)}
  </section>`;
}

function renderHeader({ texts, session, snapshot, identity, act }: PhoneModel): TemplateResult {
  const name = session?.name ?? identity;
  const { state, status } = snapshot;
  const isConnected = state.name !== 'offline' && state.name !== 'registering' && status !== undefined;
  const isSignedIn = session !== undefined && session.sessionToken === undefined;
  return html`<header>
    <span class="avatar" aria-hidden="true">${initials(name)}</span>
    <div class="me">
      <p class="name"><span class="visually-hidden">${texts.signedInAs('')}</span>${name}</p>
      <phone-status
        .texts=${texts}
        .status=${isConnected ? status : 'offline'}
        .disabled=${!isConnected}
      ></phone-status>
    </div>
    <button class="quiet square" aria-label=${texts.desk.settings} @click=${act.openSettings}>
      ${icons.settings}
    </button>
    ${
      isSignedIn
        ? html`<button
            class="quiet square"
            aria-label=${texts.signOut}
            ?disabled=${'call' in state}
            @click=${act.signOut}
          >
            ${icons.exit}
          </button>`
        : nothing
    }
  </header>`;
}

function renderQuality({ texts, snapshot }: PhoneModel): TemplateResult | typeof nothing {
  const { state, warnings } = snapshot;
  if (state.name !== 'in-call') return nothing;
  const weakness = weaknessOf(warnings, state.muted);
  const bars = qualityBars(weakness);
  const isRecorded = snapshot.control?.recording === 'recording';
  return html`<p class="recording" role="status">
      ${isRecorded ? html`<i aria-hidden="true"></i>${texts.desk.recording}` : nothing}
    </p>
    <span class="bars" aria-hidden="true" data-bars=${bars}><i></i><i></i><i></i><i></i></span>
    <p class="advice" role="status">${weakness ? texts.desk.weakness[weakness] : nothing}</p>`;
}

function renderNotices(model: PhoneModel): TemplateResult {
  const { texts, snapshot, phone, sleep, act } = model;
  const { desk } = texts;
  const { state, status, canRingAloud, notice } = snapshot;
  const isWaiting = state.name === 'ready' || state.name === 'incoming' || state.name === 'ended';
  const statusNote = status === undefined || 'call' in state ? undefined : desk.statusNotes[status];
  const time = (date: Date): string =>
    new Intl.DateTimeFormat(texts.language, { timeStyle: 'short' }).format(date);
  return html`${renderProblem(model)} ${notice ? problemView(notice, texts, act.dismiss) : nothing}
  ${renderControlNotice(model)}
  ${
    isWaiting && !canRingAloud
      ? missed(texts, phone.isLeading ? desk.cannotRingAloud : desk.cannotRingAloudElsewhere)
      : nothing
  }
  ${sleep ? missed(texts, desk.wasAsleep(time(sleep.from), time(sleep.to)), act.wake) : nothing}
  ${
    statusNote === undefined
      ? nothing
      : html`<div class="notice">
          ${icons.moon}
          <p>${statusNote}</p>
          <button @click=${act.readyAgain}>${desk.readyAgain}</button>
        </div>`
  }
  ${
    phone.isLeading || state.name === 'registering'
      ? nothing
      : html`<p class="notice plain">${icons.copy}${desk.otherTab}</p>`
  }`;
}

/** What became of the last attempt to bring somebody in. */
function renderControlNotice(model: PhoneModel): TemplateResult | typeof nothing {
  const { texts, session, snapshot, refused } = model;
  const { state, control } = snapshot;
  if (state.name !== 'in-call') return nothing;
  if (refused) return problemView(refused, texts);
  const { failure } = control ?? {};
  if (!failure) return nothing;
  const name = partyName(failure.to, texts, session);
  return html`<p class="notice warn" role="status">
    ${icons.warning}${texts.desk.failures[failure.reason](name)}
  </p>`;
}

function missed(texts: Texts, why: string, onClose?: () => void): TemplateResult {
  return html`<div class="notice warn">
    ${icons.warning}
    <p><strong>${texts.desk.mayMissCalls}</strong> ${why}</p>
    ${
      onClose
        ? html`<button class="quiet square" aria-label=${texts.close} @click=${onClose}>
            ${icons.close}
          </button>`
        : nothing
    }
  </div>`;
}

function renderProblem({ texts, snapshot, act }: PhoneModel): TemplateResult | typeof nothing {
  const { state } = snapshot;
  const problem: PhoneProblem | undefined = 'problem' in state ? state.problem : undefined;
  if (state.name === 'offline') {
    return html`${missed(texts, problem ? texts.problems[problem.code] : texts.offline)}
      <div class="offline-actions">
        <button @click=${act.retry}>${texts.retryNow}</button>
        ${
          problem?.code === 'identity-refused'
            ? html`<button @click=${act.forgetIdentity}>${texts.useAnotherIdentity}</button>`
            : nothing
        }
      </div>`;
  }
  if (!problem || state.name === 'ended') return nothing;
  return problemView(problem, texts, state.name === 'ready' ? act.dismiss : undefined);
}

function renderStage(model: PhoneModel): TemplateResult {
  const { texts, session, snapshot } = model;
  const { state } = snapshot;
  if (state.name === 'incoming') {
    return html`<phone-incoming-call
      .texts=${texts}
      .name=${partyOf(model)}
      .number=${partyName(state.call.party, texts, session)}
      .line=${incomingLine(state.call, texts, session)}
      .silenced=${state.silenced}
    ></phone-incoming-call>`;
  }
  const isEditable = state.name === 'ready' || state.name === 'ended';
  const isBusy = 'call' in state && !isEditable;
  return html`<phone-number-entry
      .texts=${texts}
      .value=${isBusy ? partyOf(model) : model.entry}
      .readOnly=${!isEditable}
      .invalid=${model.isEntryInvalid}
    ></phone-number-entry>
    ${
      isBusy
        ? renderCall(model)
        : html`${renderCallerId(model)}
            <phone-dialpad .texts=${texts} plus ?disabled=${!isEditable}></phone-dialpad>`
    }`;
}

function renderCallerId({ texts, session, preferences, act }: PhoneModel): TemplateResult | typeof nothing {
  const callerIds = session?.callerIds ?? [];
  if (callerIds.length < 2) return nothing;
  const chosen = callerIds.find((number) => number === preferences.callerId) ?? callerIds[0];
  return html`<label class="caller-id">
    <span>${texts.desk.callerId}</span>
    <select @change=${(event: Event) => act.prefer({ callerId: (event.target as HTMLSelectElement).value })}>
      ${callerIds.map(
        (number) =>
          html`<option value=${number} ?selected=${number === chosen}>${formatNumber(number)}</option>`,
      )}
    </select>
  </label>`;
}

function renderCall(model: PhoneModel): TemplateResult {
  const { texts, snapshot, panel, identity } = model;
  const { state, control } = snapshot;
  if (state.name !== 'in-call') return renderArt(model, 'waiting');
  return html`${renderPanel(model)}
    <phone-call-controls
      .texts=${texts}
      .muted=${state.muted}
      .panel=${panel}
      .control=${control}
      .onHold=${isOnHold(control, identity)}
    ></phone-call-controls>`;
}

function renderPanel(model: PhoneModel): TemplateResult {
  const { texts, phone, session, snapshot, panel, digits, data, identity } = model;
  const { control } = snapshot;
  switch (panel) {
    case 'keypad':
      return html`<output class="digits numbers" aria-label=${texts.digitsSent}>${digits}</output>
        <phone-dialpad .texts=${texts}></phone-dialpad>`;
    case 'devices':
      return html`<phone-device-picker .texts=${texts} .devices=${phone.audioDevices}></phone-device-picker>`;
    case 'transfer':
      return html`<phone-transfer
        .texts=${texts}
        .session=${session}
        .presence=${data.presence}
      ></phone-transfer>`;
    case 'none':
      break;
  }
  if (othersIn(control, identity).length < 2) return renderArt(model, 'talking');
  return html`<phone-parties
    .texts=${texts}
    .session=${session}
    .identity=${identity}
    .control=${control}
    .caller=${partyOf(model)}
  ></phone-parties>`;
}

/** Smaller while another call rings, so that nothing below it moves. */
function renderArt(model: PhoneModel, mood: 'waiting' | 'talking'): TemplateResult {
  const size = model.snapshot.second?.name === 'ringing' ? 'small' : '';
  return html`<div class="art ${mood} ${size}" aria-hidden="true">
    <span>${initials(partyOf(model))}</span>
  </div>`;
}

function renderFooter(model: PhoneModel): TemplateResult {
  const { texts, snapshot, act, entry, preferences, session } = model;
  const { state } = snapshot;
  const isIncoming = state.name === 'incoming';
  const canCall = state.name === 'ready' || state.name === 'ended';
  const canEnd = 'call' in state && state.name !== 'ended';
  const isTalking = state.name === 'in-call' || !canEnd;
  const canRedial = state.name === 'ready' && entry === '' && preferences.lastDialed !== undefined;
  const again = state.name === 'ended' && state.call.direction === 'outgoing';
  return html`<footer>
    <button
      class="positive"
      ?disabled=${!canCall && !isIncoming}
      aria-label=${
        canRedial ? texts.desk.redial(partyName(preferences.lastDialed ?? '', texts, session)) : nothing
      }
      @click=${byPerson(isIncoming ? act.accept : act.call)}
    >
      ${icons.call}${isIncoming ? texts.answer : again || canRedial ? texts.callAgain : texts.call}
    </button>
    <button class="negative" ?disabled=${!canEnd} @click=${act.hangUp}>
      ${icons.end}${isIncoming ? texts.decline : isTalking ? texts.end : texts.cancel}
    </button>
  </footer>`;
}

/** Everything beside the phone: past calls or the caller, colleagues, and where there is little room a way between. */
export function renderSides(model: PhoneModel): TemplateResult {
  const { texts, session, snapshot, calls, data, view, act } = model;
  const { state } = snapshot;
  const disabled = state.name !== 'ready' && state.name !== 'ended';
  const inQueues = data.queues.reduce((sum, { size }) => sum + size, 0);
  const waiting = inQueues + data.callbacks.filter((wish) => wish.state !== 'done').length;
  const views: [PhoneView, string, TemplateResult, number][] = [
    ['phone', texts.desk.dial, icons.keypad, 0],
    ['calls', texts.desk.calls, icons.history, waiting],
    ['team', texts.desk.team, icons.people, 0],
  ];
  return html`${renderCaller(model)}
    <section class="side calls" aria-label=${texts.recentCalls}>
      <phone-queues .texts=${texts} .queues=${data.queues} .disabled=${disabled}></phone-queues>
      <phone-records
        .texts=${texts}
        .session=${session}
        .calls=${calls}
        .callbacks=${data.callbacks}
        .voicemails=${data.voicemails}
        .loadRecording=${data.loadRecording}
        .detail=${data.detail}
        .noteState=${data.noteState}
        .hasMore=${data.hasMore}
        .failed=${data.failed}
        .disabled=${disabled}
      ></phone-records>
    </section>
    <section class="side team" aria-label=${texts.desk.team}>
      <phone-contacts
        .texts=${texts}
        .session=${session}
        .presence=${data.presence}
        .disabled=${disabled}
      ></phone-contacts>
    </section>
    <nav aria-label=${texts.desk.views}>
      ${views.map(
        ([name, label, icon, count]) =>
          html`<button
            data-view=${name}
            aria-current=${name === view ? 'page' : nothing}
            @click=${() => act.show(name)}
          >
            ${icon}<span>${label}</span>${count > 0 ? html`<b class="numbers">${count}</b>` : nothing}
          </button>`,
      )}
    </nav>`;
}

function renderCaller(model: PhoneModel): TemplateResult | typeof nothing {
  const { texts, session, snapshot, calls, data, subject } = model;
  if (!subject) return nothing;
  const sid = recordSid(subject);
  const known = data.caller?.sid === sid ? data.caller?.calls : undefined;
  const record = calls.find((call) => call.sid === sid);
  return html`<section class="side caller" aria-label=${texts.desk.caller}>
    <phone-caller
      .texts=${texts}
      .call=${subject}
      .sid=${sid}
      .session=${session}
      .earlier=${known}
      .note=${record?.notes?.find(({ by }) => by === session?.identity)?.text ?? ''}
      .noteState=${data.noteState}
      .silent=${snapshot.state.name === 'incoming'}
    ></phone-caller>
  </section>`;
}
