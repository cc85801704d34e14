import { css } from 'lit';

/** The look of `<browser-phone>`: the phone, and beside or behind it calls, the caller and colleagues. */
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
    grid-template-columns: minmax(0, 420px);
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
    min-height: 680px;
  }
  .side {
    padding: 16px;
  }
  .side.team {
    padding: 18px 8px;
  }
  .phone:focus {
    outline: none;
  }
  .phone.choosing {
    min-height: 0;
  }

  /* Little room: one thing at a time, and a bar to choose it. */
  nav {
    position: sticky;
    bottom: 0;
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    gap: 4px;
    margin: 0 -12px;
    padding: 6px 12px max(6px, env(safe-area-inset-bottom));
    background: var(--surface);
    border-top: 1px solid var(--line);
    z-index: 1;
  }
  nav button {
    position: relative;
    flex-direction: column;
    gap: 2px;
    min-height: 56px;
    border-radius: 14px;
    background: none;
    font-size: 0.75rem;
    color: var(--soft);
  }
  nav button[aria-current],
  nav button[aria-current]:hover:not(:disabled) {
    color: var(--accent);
    font-weight: 650;
    background: color-mix(in srgb, var(--accent) 10%, transparent);
  }
  nav b {
    position: absolute;
    top: 4px;
    left: calc(50% + 8px);
    min-width: 18px;
    padding: 0 5px;
    border-radius: 999px;
    font-size: 0.6875rem;
    line-height: 18px;
    background: var(--danger);
    color: var(--on-danger);
  }
  .view-phone > :is(.calls, .team),
  .view-calls > :is(.phone, .team),
  .view-team > :is(.phone, .calls) {
    display: none;
  }
  .with-caller > nav {
    display: none;
  }
  @container (max-width: 759px) {
    .layout {
      grid-template-columns: minmax(0, 560px);
      gap: 12px;
    }
    .layout:has(> nav):not(.with-caller) {
      min-height: calc(100dvh - 12px);
      grid-template-rows: 1fr auto;
    }
    .phone {
      min-height: min(680px, calc(100dvh - 100px));
    }
    .phone,
    .side {
      border: 0;
      box-shadow: none;
      background: none;
      padding: 8px 4px;
    }
    /* As high as the screen, so that what a call shows besides never moves End. */
    .with-caller > .phone {
      min-height: min(760px, 100dvh);
    }
    /* A call that comes in has the whole screen; what is known of the caller is a swipe away. */
    .incoming > .phone {
      min-height: min(720px, calc(100dvh - 140px));
    }
    .with-caller > .phone footer {
      position: sticky;
      bottom: 0;
      padding: 10px 0;
      background: var(--offhook-page, light-dark(#e8eeea, #0e1412));
    }
    .incoming > .caller {
      padding-bottom: 40px;
    }
  }

  /* A small telephone's browser with its bars. */
  @media (max-height: 700px) {
    .with-caller > .phone,
    .with-caller > .phone .stage {
      gap: 8px;
    }
  }

  @container (min-width: 760px) {
    .layout {
      grid-template-columns: 380px minmax(0, 460px);
    }
    .layout:not(:has(> .side)) {
      grid-template-columns: minmax(0, 420px);
    }
    .phone {
      grid-row: 1 / span 3;
    }
    .view-calls > .phone,
    .view-team > .phone {
      display: flex;
    }
    .view-phone > .calls {
      display: block;
    }
    nav {
      grid-column: 2;
      grid-row: 1;
      position: static;
      grid-template-columns: repeat(2, 1fr);
      margin: 0;
      padding: 6px;
      border: 1px solid var(--line);
      border-radius: 18px;
    }
    nav button {
      flex-direction: row;
      gap: 8px;
      min-height: 44px;
      font-size: 0.9375rem;
    }
    nav [data-view='phone'] {
      display: none;
    }
    .view-phone > nav [data-view='calls'] {
      color: var(--accent);
      font-weight: 650;
    }
    .with-caller > .calls {
      display: none;
    }
    .side {
      grid-column: 2;
    }
  }

  @container (min-width: 1080px) {
    .layout {
      grid-template-columns: 380px minmax(0, 460px) minmax(0, 300px);
    }
    .layout > .team {
      display: block;
      grid-column: 3;
      grid-row: 1 / span 3;
    }
    .layout:not(.with-caller) > .calls {
      display: block;
    }
    nav {
      display: none;
    }
    .incoming > .phone {
      border-color: var(--accent);
      box-shadow:
        0 0 0 3px color-mix(in srgb, var(--accent) 30%, transparent),
        0 20px 60px rgb(0 0 0 / 0.14);
    }
  }

  header {
    display: flex;
    align-items: center;
    gap: 4px;
  }
  .avatar {
    display: grid;
    place-items: center;
    flex: none;
    width: 44px;
    height: 44px;
    margin-right: 8px;
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
    white-space: nowrap;
  }
  .square {
    padding: 0;
    flex: none;
  }
  .status {
    position: relative;
    font-size: 1.0625rem;
    font-weight: 550;
    padding: 2px 0;
    min-height: 1.6em;
  }
  .hint,
  .aside,
  .advice {
    font-weight: 400;
  }
  .advice:not(:empty) {
    margin-top: 6px;
    font-size: 0.875rem;
    color: var(--warning);
  }
  .notice {
    display: flex;
    align-items: center;
    gap: 0.65em;
    padding: 0.6em 0.85em;
    border-radius: 12px;
    font-size: 0.875rem;
    background: var(--raised);
  }
  .notice p {
    flex: 1;
  }
  .notice .icon {
    color: var(--soft);
  }
  .notice button {
    flex: none;
    min-height: 44px;
    background: var(--surface);
    font-weight: 600;
  }
  .notice button.quiet {
    background: none;
  }
  .notice.warn {
    background: color-mix(in srgb, var(--warning) 12%, var(--surface));
  }
  .notice.warn > .icon {
    color: var(--warning);
  }
  .notice.plain {
    background: none;
    padding: 0;
    color: var(--soft);
  }
  .offline-actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
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
  phone-contacts {
    display: block;
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
  .art.small span {
    width: 72px;
    height: 72px;
    font-size: 1.5rem;
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
  .incoming footer button {
    min-height: 60px;
    font-size: 1.0625rem;
  }
`;
