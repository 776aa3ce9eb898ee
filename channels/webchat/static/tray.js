/* Files on their way: checked here first, so that a wrong one costs nobody a long upload, and again by the server. */

import { fileSize, h, icon, iconButton } from "./dom.js";

const AT_ONCE = 5;
export class Tray {
  #entries = [];

  /** `changed()` after each step of an upload; `complain(text)` says why a file was not taken. */
  constructor(chat, texts, { changed, complain }) {
    this.chat = chat;
    this.texts = texts;
    this.changed = changed;
    this.complain = complain;
    this.element = h("ul", { class: "tray", hidden: true });
  }

  get busy() {
    return this.#entries.some((entry) => !entry.upload);
  }

  get uploads() {
    return this.#entries.map((entry) => entry.upload).filter(Boolean);
  }

  /** Empties the tray and hands out what was uploaded. */
  take() {
    const uploads = this.uploads;
    for (const entry of [...this.#entries]) this.#drop(entry);
    return uploads;
  }

  put(uploads) {
    for (const upload of uploads) this.#show({ file: { name: upload.name, size: upload.size, type: upload.mime }, upload });
  }

  async add(files) {
    for (const file of files) {
      const problem = this.#problem(file);
      if (problem) this.complain(problem);
      else this.#send(file);
    }
  }

  #problem(file) {
    const { file_max, accept } = this.chat.limits;
    if (this.#entries.length >= AT_ONCE) return this.texts.t("too_many_files", { count: AT_ONCE });
    if (file.size === 0) return this.texts.t("file_empty", { name: file.name });
    if (file.size > file_max) return this.texts.t("file_too_big", { name: file.name, limit: fileSize(file_max) });
    // The ending counts as well: browsers give documents varying types or none. The server decides by content.
    const ending = `.${file.name.split(".").pop().toLowerCase()}`;
    const taken = accept.length === 0 || accept.includes(file.type) || accept.includes(ending);
    return taken ? null : this.texts.t("file_type", { name: file.name });
  }

  async #send(file) {
    const entry = this.#show({ file });
    try {
      if (!this.chat.api.token) await this.chat.start();
      const { done, cancel } = this.chat.api.upload(file, (part) => (entry.bar.value = part));
      entry.cancel = cancel;
      entry.upload = await done;
      entry.element.classList.add("done");
      entry.bar.remove();
    } catch (error) {
      this.#drop(entry);
      if (error.status === 401) await this.chat.renew();
      if (error.code !== "aborted") this.complain(error.message || this.texts.t("upload_failed", { name: file.name }));
    }
    this.changed();
  }

  #show(entry) {
    const { file } = entry;
    entry.bar = h("progress", { max: "1", value: "0", "aria-label": this.texts.t("uploading", { name: file.name }) });
    const remove = iconButton("close", this.texts.t("remove_file", { name: file.name }), () => this.#remove(entry), "small");
    const face = h("span", { class: "thumb" }, icon("file"));
    if (file instanceof Blob && file.type.startsWith("image/")) {
      entry.preview = URL.createObjectURL(file);
      const image = h("img", { src: entry.preview, alt: "", on: { error: () => image.replaceWith(icon("file")) } });
      face.replaceChildren(image);
    }
    const about = h("span", { class: "about" }, h("span", { class: "file-name", text: file.name }), h("span", { class: "file-size", text: fileSize(file.size) }));
    entry.element = h("li", {}, face, about, entry.upload ? null : entry.bar, remove);
    this.#entries.push(entry);
    this.element.append(entry.element);
    this.element.hidden = false;
    this.changed();
    return entry;
  }

  #remove(entry) {
    entry.cancel?.();
    this.#drop(entry);
    this.changed();
  }

  #drop(entry) {
    if (entry.preview) URL.revokeObjectURL(entry.preview);
    entry.element.remove();
    this.#entries = this.#entries.filter((each) => each !== entry);
    this.element.hidden = this.#entries.length === 0;
  }
}
