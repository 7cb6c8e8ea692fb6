// @vitest-environment jsdom
import { fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import PluginControls from '../../src/components/PluginControls.svelte';
import { fakeFetch } from '../fakes';
import { plugin } from '../rows';
import { expectAccessible } from './axe';

afterEach(() => vi.unstubAllGlobals());
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
const asked = (f: ReturnType<typeof fakeFetch>) =>
  (f.mock.calls as unknown as [string, RequestInit][])
    .filter(([, init]) => init.method === 'POST')
    .map(([path]) => path);

describe('PluginControls', () => {
  it('reloads on a second press that names the plugin', async () => {
    const f = fakeFetch({ 'api/v1/plugins/ping/reload': { state: 'enabled', message: '' } });
    const ondone = vi.fn();
    const { container } = render(PluginControls, { plugin: plugin(), ondone });
    await press('Reload');
    expect(asked(f)).toEqual([]);
    await expectAccessible(container);
    expect(document.activeElement?.textContent).toBe('Reload Ping');
    await press('Reload Ping');
    expect(await screen.findByText('Ping was reloaded.')).toBeTruthy();
    expect(asked(f)).toEqual(['api/v1/plugins/ping/reload']);
    expect(ondone).toHaveBeenCalledOnce();
  });
  it('does nothing when it is cancelled', async () => {
    const f = fakeFetch({});
    render(PluginControls, { plugin: plugin(), ondone: () => {} });
    await press('Disable');
    await press('Cancel');
    expect(screen.getByRole('button', { name: 'Disable' })).toBeTruthy();
    expect(asked(f)).toEqual([]);
  });
  it('enables at once, and says in words why it cannot', async () => {
    const refusal = new Response('{"error":"ping.so was built for another API: build it again."}', { status: 409 });
    fakeFetch({ 'api/v1/plugins/ping/enable': refusal });
    render(PluginControls, { plugin: plugin({ state: 'disabled' }), ondone: () => {} });
    await press('Enable');
    expect(await screen.findByText('ping.so was built for another API: build it again.')).toBeTruthy();
  });
});
