// Each part looks for its own elements and rests when the page has none.
import "./calls.js";
import "./composer.js";
import "./dialogs.js";
import "./live.js";
import "./queue.js";
import "./thread.js";
