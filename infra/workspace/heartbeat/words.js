// What the notice says: in full, where there is little room, and what can be done about it.
// It can be dismissed where nothing is lost by that.
const THREATS = {
  interruption: {
    text: (time) => `The cloud takes this machine back at ${time}: save your work.`,
    short: (time) => `Save your work by ${time}.`,
    dismiss: true,
  },
  rebalance: {
    text: () => "The cloud may take this machine back soon: save your work.",
    short: () => "Save your work soon.",
    dismiss: true,
  },
  lifetime: {
    text: (time) => `This box is taken back at ${time} unless you stay.`,
    short: (time) => `Taken back at ${time}.`,
    stay: true,
  },
};
const NOTICES = {
  ...THREATS,
  stayed: { text: () => "This box stays yours.", short: () => "It stays yours.", dismiss: true },
  stale: { text: () => "This workspace was stopped.", short: () => "It was stopped.", reopen: true },
  lost: {
    text: () => "This workspace does not answer; it may have been stopped.",
    short: () => "It does not answer.",
    reopen: true,
    dismiss: true,
  },
};
