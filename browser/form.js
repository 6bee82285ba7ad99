// Finds the fields of a login form, as a person or a password manager would, and keeps them under `found` in this world of
// ours, which the page's scripts do not see. `chosen` holds the selectors that the user gave in place of the search.
(() => {
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !e.disabled && e.getClientRects().length > 0;
  const all = (root, selector) => {
    const out = [...root.querySelectorAll(selector)];
    for (const e of root.querySelectorAll('*')) if (e.shadowRoot) out.push(...all(e.shadowRoot, selector));
    return out;
  };
  const words = (e) => [e.name, e.id, e.placeholder, e.getAttribute('aria-label'), ...[...(e.labels || [])].map((l) => l.textContent)]
    .join(' ').toLowerCase();
  const complete = (e) => (e.getAttribute('autocomplete') || '').toLowerCase();
  const one = (selector) => { try { return all(document, selector).find(shown); } catch { return undefined; } };
  const found = { user: undefined, password: undefined, button: undefined, form: undefined };
  globalThis.why401 = found;

  const typed = all(document, 'input').filter((e) => ['text', 'email', 'tel', 'password'].includes(e.type) && !e.readOnly && shown(e));
  const secret = (e) => e.type === 'password';
  // Two passwords in one form choose a new one: a registration, or a change. Neither is a login.
  const forms = new Set(typed.filter(secret).map((e) => e.form));
  const logins = [...forms].filter((f) => typed.filter((e) => secret(e) && e.form === f).length === 1 &&
    !typed.some((e) => secret(e) && e.form === f && complete(e) === 'new-password'));
  found.password = chosen.password ? one(chosen.password) : typed.find((e) => secret(e) && logins.includes(e.form));

  const score = (e) => {
    const w = words(e);
    let n = 0;
    if (/username|email|webauthn/.test(complete(e))) n += 10;
    if (e.type === 'email') n += 6;
    if (/user|login|log\b|e-?mail|account|benutzer|anmelde|kennung|nutzer|identifiant|utilisateur|usuario|correo|utente|gebruiker|brukar|bruker/.test(w)) n += 5;
    if (/search|such|captcha|otp|code|coupon|newsletter|query|\bq\b|recherche|zoek/.test(w) || e.type === 'search') n -= 20;
    return n;
  };
  if (chosen.user) found.user = one(chosen.user);
  else {
    const near = typed.filter((e) => !secret(e) && (!found.password || e.form === found.password.form));
    if (found.password) {
      const before = near.filter((e) => e.compareDocumentPosition(found.password) & Node.DOCUMENT_POSITION_FOLLOWING);
      const last = before.at(-1);
      found.user = before.sort((a, b) => score(b) - score(a) + (b === last ? 2 : 0) - (a === last ? 2 : 0))[0];
      if (found.user && score(found.user) < -10) found.user = undefined;
    } else if (forms.size === 0) {
      // A first page that asks for the name alone.
      found.user = near.filter((e) => score(e) >= 5).sort((a, b) => score(b) - score(a))[0];
    }
  }
  const field = found.password || found.user;
  found.form = field && field.form;
  const other = /cancel|abort|abbrech|annul|forgot|reset|lost|vergessen|register|sign ?up|create|with (google|github|microsoft|apple|facebook)|passkey|show|anzeigen/i;
  const own = /log ?in|sign ?in|log ?on|anmeld|einlog|continue|next|weiter|connexion|connect|entrar|acceder|iniciar|accedi|inloggen|submit|go/i;
  const says = (e) => (e.value || '') + ' ' + (e.textContent || '') + ' ' + (e.getAttribute('aria-label') || '') + ' ' + (e.name || '') + ' ' + (e.id || '');
  if (chosen.submit) found.button = one(chosen.submit);
  else if (field) {
    const buttons = (found.form ? [...found.form.elements, ...found.form.querySelectorAll('input[type=image]')] : all(document, 'button, input[type=submit]'))
      .filter((e) => (e.localName === 'button' && (!found.form || e.type === 'submit') || e.type === 'submit' || e.type === 'image') && shown(e) && !other.test(says(e)));
    found.button = buttons.find((e) => own.test(says(e))) || (found.form ? buttons[0] : undefined);
  }
  const place = found.form ? found.form.getAttribute('action') === null || found.form.getAttribute('action') === '' ? location.href : new URL(found.form.getAttribute('action'), document.baseURI).href : '';
  return JSON.stringify({
    user: Boolean(found.user), password: Boolean(found.password), button: Boolean(found.button), form: Boolean(found.form),
    method: found.form ? (found.form.getAttribute('method') || 'get').toLowerCase() : '', action: place,
    called: found.button ? (found.button.value || found.button.textContent || '').trim().slice(0, 40) : '',
    changes: forms.size > 0 && !found.password, frames: [...document.querySelectorAll('iframe')].filter(shown).length,
    missing: ['user', 'password', 'submit'].filter((n) => chosen[n] && !found[n === 'submit' ? 'button' : n]),
  });
})()
