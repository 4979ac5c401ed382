/** What the page says, in the language that its address asks for (`lang=de`); English otherwise. */

import { GERMAN } from 'viewer/words_de.js';

const LANGUAGES = { de: GERMAN };
const asked = new URLSearchParams(location.search).get('lang')?.slice(0, 2);
const known = LANGUAGES[asked] ?? {};
/** Sentences with a gap, `{}`, and what fits them; the most particular first. */
const patterns = Object.entries(known)
  .filter(([english]) => english.includes('{}'))
  .sort(([one], [other]) => other.length - one.length)
  .map(([english, other]) => [new RegExp(`^${english.split('{}').map(plain).join('(.+)')}$`), other]);

/** Characters that mean something to a regular expression, as themselves. */
function plain(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A sentence in the language of the page; as it is where nobody has translated it. */
export function said(text) {
  if (known[text]) return known[text];
  for (const [pattern, other] of patterns) {
    const gaps = pattern.exec(text)?.slice(1);
    if (gaps) return other.replaceAll('{}', () => gaps.shift());
  }
  return text;
}

/** Put everything that stands in the page already into its language. */
export function translate(page = document) {
  if (!LANGUAGES[asked]) return;
  page.documentElement.lang = asked;
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.trim();
    if (text && !node.parentElement.closest('script')) node.data = node.data.replace(text, () => said(text));
  }
  for (const name of ['aria-label', 'placeholder'])
    for (const element of page.querySelectorAll(`[${name}]`))
      element.setAttribute(name, said(element.getAttribute(name)));
}
