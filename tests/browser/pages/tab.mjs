// A tab, with all that it has asked for and complained of.

export class Tab {
  /** Every request, in order. */
  requests = [];
  /** What the page has written into the console or thrown. */
  noise = [];
  /** The answer that the document came with. */
  answer = null;

  constructor(page, scripted) {
    this.page = page;
    /** Whether scripts run in it. */
    this.scripted = scripted;
    page.on("request", (request) => this.requests.push(request));
    page.on("console", (message) => this.noise.push(message.text()));
    page.on("pageerror", (error) => this.noise.push(String(error)));
    page.on("response", (response) => {
      const leads = response.status() >= 300 && response.status() < 400;
      if (response.request().isNavigationRequest() && !leads) this.answer = response;
    });
  }

  /** The page stays, though it would go to that address by itself. */
  async stay(address) {
    await this.page.route(address, (route) => {
      return route.request().isNavigationRequest() ? route.abort("aborted") : route.fallback();
    });
  }

  /** The statuses of the answers from that path, in order. */
  answers(path) {
    const asked = this.requests.filter((request) => new URL(request.url()).pathname === path);
    return asked.map((request) => request.existingResponse()?.status()).filter(Boolean);
  }

  async close() {
    await this.page.close();
  }
}
