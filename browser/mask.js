// Words that may be secret become dots; so does everything in a form. Frames of other sites, pictures and drawings are
// painted over as a whole: what they show cannot be read from here.
(() => {
  const dots = (s) => '\u2022'.repeat(Math.min(s.length, 24));
  const word = /[^\s<>"'(){}\[\],;]+@[^\s<>"'(){}\[\],;]+|[A-Za-z0-9+\/_=.~-]{16,}|\d[\d -]{5,}\d/g;
  const secret = (s) => /@/.test(s) || /\d{6}/.test(s.replace(/[ -]/g, '')) || s.length >= 16 && /\d/.test(s) && /[A-Za-z]/.test(s) || s.length >= 32;
  const visit = (root) => {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      if (n.nodeType === Node.TEXT_NODE) {
        const t = n.nodeValue.replace(word, (s) => (secret(s) ? dots(s) : s));
        if (t !== n.nodeValue) n.nodeValue = t;
        continue;
      }
      if (n.shadowRoot) visit(n.shadowRoot);
      switch (n.localName) {
        case 'input': case 'textarea': case 'select':
          if (n.type !== 'submit' && n.type !== 'button' && n.value) { try { n.value = dots(n.value); } catch { n.type = 'text'; n.value = dots(n.value); } }
          break;
        case 'iframe': case 'img': case 'canvas': case 'video': case 'svg': case 'object': case 'embed':
          n.style.setProperty('filter', 'brightness(0)', 'important');
          break;
      }
      if (n.isContentEditable && !n.parentElement?.isContentEditable) n.textContent = dots(n.textContent);
    }
  };
  visit(document);
  return true;
})()
