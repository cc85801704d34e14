/**
 * Colours and type, as plain CSS that needs no library. A page changes the look with the `--offhook-…` properties;
 * `theme="light"` or `theme="dark"` on the element overrides what the person's system prefers.
 */
export const themeTokens = `
  :host {
    /* By a property that elements within this one inherit: what is chosen here holds for them, too. */
    color-scheme: var(--scheme, light dark);
    --accent: var(--offhook-accent, light-dark(#0f7a5a, #2fc796));
    --on-accent: var(--offhook-on-accent, light-dark(#ffffff, #04231a));
    --danger: var(--offhook-danger, light-dark(#c22f3d, #ff737b));
    --on-danger: var(--offhook-on-danger, light-dark(#ffffff, #32060a));
    --warning: var(--offhook-warning, light-dark(#8a5a00, #f1bd5d));
    --surface: var(--offhook-surface, light-dark(#ffffff, #17201d));
    --raised: var(--offhook-raised, light-dark(#f3f6f4, #212c28));
    --pressed: light-dark(#e3eae6, #2d3a35);
    --text: var(--offhook-text, light-dark(#14211c, #eaf1ee));
    --soft: var(--offhook-soft-text, light-dark(#55645d, #a3b4ad));
    --line: var(--offhook-line, light-dark(#dbe3df, #33413b));
    /* Pages that make 1rem 10 pixels are many, and people who want larger letters are some. */
    --rem: max(16px, 1rem);
    --radius: var(--offhook-radius, 18px);
    --shadow: light-dark(0 1px 2px rgb(16 40 32 / 0.08), 0 1px 2px rgb(0 0 0 / 0.5));
    font-family: var(
      --offhook-font,
      system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Hiragino Sans',
      'Noto Sans JP',
      sans-serif
    );
    font-size: var(--rem);
    line-height: 1.4;
    color: var(--text);
  }
  :host([theme='light']) {
    --scheme: light;
  }
  :host([theme='dark']) {
    --scheme: dark;
  }
`;
