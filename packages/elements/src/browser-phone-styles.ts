import { css } from 'lit';

/** The look of `<browser-phone>`: the phone, and beside or below it people and past calls. */
export const browserPhoneStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  .layout {
    display: grid;
    gap: 20px;
    align-items: start;
    justify-content: center;
    grid-template-columns: minmax(0, 380px);
  }
  @container (min-width: 760px) {
    .layout {
      grid-template-columns: 372px minmax(0, 380px);
    }
  }
  .phone,
  .side {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: 24px;
    box-shadow:
      0 1px 2px rgb(0 0 0 / 0.05),
      0 12px 32px rgb(0 0 0 / 0.06);
  }
  .phone {
    display: flex;
    flex-direction: column;
    gap: 12px;
    padding: 20px;
    /* One height for all states: Answer, Decline and End never move. */
    min-height: 648px;
  }
  .side {
    padding: 18px 8px;
  }
  .side:not(:has(phone-contacts)) {
    display: none;
  }
  phone-contacts {
    display: block;
  }
  phone-call-history {
    display: block;
    margin-top: 20px;
  }
  header {
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .sign-out {
    margin-inline-start: auto;
    font-size: 0.875rem;
  }
  .sign-out + .dot {
    margin-inline-start: 0;
  }
  .avatar {
    display: grid;
    place-items: center;
    flex: none;
    width: 44px;
    height: 44px;
    border-radius: 50%;
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 650;
  }
  .me {
    flex: 1;
    min-width: 0;
    line-height: 1.3;
  }
  .name {
    font-weight: 650;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .identity {
    font-size: 0.8125rem;
    color: var(--soft);
  }
  .dot {
    width: 14px;
    height: 14px;
    border-radius: 50%;
    border: 3px solid var(--soft);
  }
  .dot.ready,
  .dot.ended {
    background: var(--accent);
    border-color: var(--accent);
  }
  .dot:is(.connecting, .ringing, .incoming, .in-call, .asking-for-microphone) {
    border-color: var(--accent);
  }
  .status {
    font-size: 1.0625rem;
    font-weight: 550;
    padding: 2px 0;
    min-height: 1.6em;
  }
  .hint,
  .aside {
    font-weight: 400;
  }
  .notice {
    display: flex;
    align-items: center;
    gap: 0.6em;
    font-size: 0.875rem;
    color: var(--soft);
  }
  .notice .icon {
    color: var(--accent);
  }
  .offline-actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .phone.choosing {
    min-height: 0;
  }
  .stage {
    display: flex;
    flex: 1;
    flex-direction: column;
    gap: 12px;
  }
  .stage > :is(phone-dialpad, phone-device-picker) {
    flex: 1;
  }
  phone-incoming-call {
    margin: auto 0;
  }
  .digits {
    display: block;
    min-height: 1.5em;
    text-align: center;
    font-size: 1.25rem;
    letter-spacing: 0.08em;
    overflow-wrap: anywhere;
  }
  .art {
    display: grid;
    place-items: center;
    flex: 1;
  }
  .art span {
    display: grid;
    place-items: center;
    width: 112px;
    height: 112px;
    border-radius: 50%;
    font-size: 2.25rem;
    font-weight: 600;
    letter-spacing: 0.02em;
    background: color-mix(in srgb, var(--accent) 16%, var(--surface));
    color: var(--accent);
  }
  .art.waiting span {
    animation: pulse 1.6s ease-out infinite;
  }
  .art.talking span {
    box-shadow: 0 0 0 8px color-mix(in srgb, var(--accent) 8%, var(--surface));
  }
  @keyframes pulse {
    from {
      box-shadow: 0 0 0 0 color-mix(in srgb, var(--accent) 45%, transparent);
    }
    to {
      box-shadow: 0 0 0 30px transparent;
    }
  }
  footer {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 16px;
  }
`;
