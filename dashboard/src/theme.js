// Runs before the first paint, as a classic script of its own. Keep it tiny, and in step with src/state/prefs.svelte.ts.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem('discern.theme');
  } catch {}
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
