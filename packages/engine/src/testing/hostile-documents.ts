/** TwiML that means harm or makes no sense: the same for the same seed. */

const SEEDS = [
  '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="en-GB" loop="0">Hi <break time="1s"/>you</Say></Response>',
  '<Response><Gather numDigits="1" action="/voice"><Play loop="0">a.mp3</Play><Pause length="9"/></Gather><Redirect/></Response>',
  '<Response><Dial timeout="9" callerId="+1" action=""><Client url="/w"><Identity>b</Identity><Parameter name="a" value="b"/></Client><Number sendDigits="1">+16175550100</Number><Sip>sip:a@b</Sip></Dial></Response>',
  '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Response><Say>&b;</Say></Response>',
  '<Response><![CDATA[<Say>x</Say>]]><!-- -- --><?php evil ?><Play digits="123"/><Hangup/></Response>',
];
const FRAGMENTS = [
  '<',
  '>',
  '&',
  '&#0;',
  '&#x110000;',
  '&amp;',
  '"',
  "'",
  ']]>',
  '<![CDATA[',
  '<!--',
  '-->',
  '<?',
  '?>',
  '\0',
  '\uFEFF',
  '\uFFFF',
  '\uD800',
  '<Response>',
  '</Response>',
  '<Say>',
  '</Say>',
  'loop="0"',
  '__proto__',
  'constructor="1"',
  '<Dial>',
  '</Dial>',
  '<Gather>',
  'x'.repeat(5000),
  '<a>'.repeat(40),
  ' a="b"'.repeat(400),
];

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Breaks a document anywhere. */
function change(document: string, random: () => number): string {
  const at = Math.floor(random() * (document.length + 1));
  const cut = random() < 0.5 ? 0 : Math.floor(random() * 12);
  const fragment = FRAGMENTS[Math.floor(random() * FRAGMENTS.length)] ?? '';
  const added = random() < 0.6 ? fragment : document.slice(at, at + 30);
  return document.slice(0, at) + added + document.slice(at + cut);
}

/** Changes an attribute's value, so that the document mostly stays XML. */
function changeSubtly(document: string, random: () => number): string {
  const values = [...document.matchAll(/="([^"<]*)"/g)];
  const value = values[Math.floor(random() * values.length)];
  if (!value) return document;
  const added = ['', '0', '-1', '1e9', 'true', 'GET', '99999999999', 'http://[', '\u202e', 'x'.repeat(900)];
  const at = value.index + 2;
  const chosen = added[Math.floor(random() * added.length)] ?? '';
  return document.slice(0, at) + chosen + document.slice(at + (value[1]?.length ?? 0));
}

/** Documents, each broken or bent in a few places. */
export function hostileDocuments(count: number, seed: number): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    let document = SEEDS[Math.floor(random() * SEEDS.length)] ?? '';
    const isSubtle = random() < 0.5;
    for (let changes = 1 + Math.floor(random() * 6); changes > 0; changes -= 1) {
      document = isSubtle ? changeSubtly(document, random) : change(document, random);
    }
    return document;
  });
}

/** Documents of nearly 64 KB, each large in its own way. */
export const LARGE_DOCUMENTS: ReadonlyArray<readonly [name: string, document: string]> = [
  ['nested', '<Response>' + '<a>'.repeat(20_000)],
  [
    'of attributes',
    `<Response><Say ${Array.from({ length: 6000 }, (_, i) => `a${i}="1"`).join(' ')}/></Response>`,
  ],
  ['of text', `<Response><Say>${'&amp;'.repeat(13_000)}</Say></Response>`],
  ['of verbs', `<Response>${'<Pause length="0"/>'.repeat(1000)}</Response>`],
  ['of entities', `<!DOCTYPE r [${'<!ENTITY a "b">'.repeat(4000)}]><Response/>`],
];
