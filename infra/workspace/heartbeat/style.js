// On the status bar, so that nothing is under it that somebody types.
const STYLE = `
#hotdesk-notice { position: fixed; z-index: 2147483647; bottom: 0; left: 50%; transform: translateX(-50%);
  box-sizing: border-box; max-width: 100vw; display: flex; align-items: center; gap: 10px;
  font: 12px/18px system-ui, sans-serif; white-space: nowrap; color: #fff; background: #5a1d1d }
#hotdesk-notice[role] { padding: 0 10px }
#hotdesk-notice.top { bottom: auto; top: 0; left: auto; right: 0; transform: none }
#hotdesk-notice .actions { display: flex; gap: 8px }
#hotdesk-notice .short { display: none }
#hotdesk-notice :is(a, button) { all: unset; box-sizing: border-box; flex: none; min-width: 24px; padding: 0 8px;
  border: 1px solid transparent; border-radius: 3px; font-weight: 600; line-height: 16px; text-align: center;
  color: #5a1d1d; background: #fff; cursor: pointer }
#hotdesk-notice :is(a, button):focus-visible { outline: 2px solid #fff; outline-offset: 1px }
#hotdesk-notice button[aria-disabled="true"] { opacity: .8; cursor: default }
@media (max-width: 40rem) {
  #hotdesk-notice .long { display: none }
  #hotdesk-notice .short { display: inline }
}`;
