import { reportView } from '../api/client';

/** Path routing below <base href>. The URL holds page, range, filter and sort: reload and share give the same view. */

export const PAGES = [
  { path: '/', href: './', title: 'Overview', key: 'o' },
  { path: '/commands', href: 'commands', title: 'Commands', key: 'c' },
  { path: '/plugins', href: 'plugins', title: 'Plugins', key: 'p' },
  { path: '/shards', href: 'shards', title: 'Shards', key: 's' },
  { path: '/events', href: 'events', title: 'Events', key: 'e' },
  { path: '/discord', href: 'discord', title: 'Discord API', key: 'd' },
] as const;

class Router {
  private readonly base = new URL(document.baseURI).pathname.replace(/[^/]*$/, '');
  path = $state('/');
  params = $state.raw(new URLSearchParams());

  get page() {
    return PAGES.find((p) => p.path === this.path) ?? null;
  }

  /** Reads the address; call once, then again on every navigation by the browser. */
  start(): () => void {
    const moved = () => {
      const before = this.path;
      this.read();
      if (this.path !== before) this.arrived();
    };
    const clicked = (e: MouseEvent) => this.clicked(e);
    addEventListener('popstate', moved);
    document.addEventListener('click', clicked);
    this.read();
    this.arrived();
    return () => {
      removeEventListener('popstate', moved);
      document.removeEventListener('click', clicked);
    };
  }

  /** `href` is relative to the base, as in links. */
  navigate(href: string) {
    const before = this.path;
    history.pushState(null, '', new URL(href, document.baseURI));
    this.read();
    if (this.path === before) return;
    this.arrived();
    scrollTo(0, 0);
    // A screen reader hears the new page; the keyboard goes on from its start.
    queueMicrotask(() => document.getElementById('main')?.focus({ preventScroll: true }));
  }

  /** Changes query parameters in place; null removes one. */
  set(changes: Record<string, string | null>) {
    const params = new URLSearchParams(this.params);
    for (const [key, value] of Object.entries(changes)) {
      if (value === null || value === '') params.delete(key);
      else params.set(key, value);
    }
    const query = params.toString();
    history.replaceState(history.state, '', location.pathname + (query ? `?${query}` : ''));
    this.params = params;
  }

  private read() {
    const { pathname, search } = location;
    const inside = pathname.startsWith(this.base) ? pathname.slice(this.base.length) : pathname.slice(1);
    this.path = '/' + inside.replace(/\/+$/, '').replace(/^index\.html$/, '');
    this.params = new URLSearchParams(search);
  }

  private arrived() {
    if (this.page) reportView(this.page.path);
  }

  private clicked(e: MouseEvent) {
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    const link = e.target instanceof Element ? e.target.closest('a') : null;
    if (!link || link.target || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    const known = PAGES.some((p) => new URL(p.href, document.baseURI).pathname === url.pathname);
    if (url.origin !== location.origin || !known) return;
    e.preventDefault();
    this.navigate(url.href);
  }
}

export const router = new Router();
