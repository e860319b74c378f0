// What people have saved, and whether it is in their homes.

import { open, readFile } from "node:fs/promises";

export class Files {
  #world;
  /** By user: the lines that are on the disk for sure. */
  #saved = new Map();

  constructor(world) {
    this.#world = world;
  }

  /** How many lines somebody has saved. */
  count(user) {
    return this.#saved.get(user)?.length ?? 0;
  }

  /** Saves a further line as a program in somebody's box would: written out to the disk. */
  async write(user, box) {
    const line = this.next(user);
    const file = await open(`${await this.#world.stack.workspace(box)}/${name(user)}`, "a");
    try {
      await file.appendFile(`${line}\n`);
      await file.sync();
      this.claim(user, line);
    } finally {
      await file.close();
    }
  }

  /** The line that somebody is to type. */
  next(user) {
    return `line ${this.count(user) + 1} of ${user} at ${Date.now()}`;
  }

  /** Somebody has saved that line with their editor: once it is on the disk, it is to stay there. */
  async typed(user, box, line) {
    const path = `${await this.#world.stack.workspace(box)}/${name(user)}`;
    if (!(await readFile(path, "utf8")).split("\n").includes(line)) return false;
    const file = await open(path, "r");
    try {
      await file.sync();
      this.claim(user, line);
      return true;
    } finally {
      await file.close();
    }
  }

  /** From now on that line has to be in their diary. */
  claim(user, line) {
    this.#saved.set(user, [...(this.#saved.get(user) ?? []), line]);
  }

  /** Looks whether all of it is there. */
  async check(user, box) {
    const saved = this.#saved.get(user) ?? [];
    if (!saved.length) return;
    const folder = await this.#world.stack.workspace(box);
    let text = "";
    try {
      text = await readFile(`${folder}/${name(user)}`, "utf8");
    } catch (error) {
      // The whole box may have gone away under us.
      if (error.code !== "ENOENT" || !(await this.#stands(folder))) throw error;
    }
    const found = new Set(text.split("\n"));
    const lost = saved.filter((line) => !found.has(line));
    const tell = () => `${user} on ${box}: ${lost.length} of ${saved.length} lines are not there, as ${lost[0]}`;
    this.#world.promises.look("files", !lost.length, tell);
  }

  async #stands(folder) {
    return readFile(folder).then(
      () => true,
      ({ code }) => code === "EISDIR",
    );
  }
}

/** The file of somebody, in the folder that their editor shows. */
export function name(user) {
  return `diary-of-${user}.txt`;
}
