// The worker of the heartbeat: makes the request, and says what the answer's headers say.
onmessage = async ({ data: { number, body, patience } }) => {
  try {
    const { headers } = await fetch("/_hotdesk/ping", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      cache: "no-store",
      signal: AbortSignal.timeout(patience),
    });
    const [word, threat, pause] = ["Heartbeat", "Box-Threat", "Retry-After"].map((name) => headers.get(name));
    postMessage({ number, word, threat, pause });
  } catch {
    postMessage({ number });
  }
};
