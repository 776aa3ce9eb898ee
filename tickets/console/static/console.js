// Each part looks for its own elements and rests when the page has none.
import "./bulk.js";
import "./calls.js";
import "./canned.js";
import "./composer.js";
import "./dialogs.js";
import "./held.js";
import "./live.js";
import "./palette.js";
import "./notices.js";
import "./prepared.js";
import "./queue.js";
import "./thread.js";
import "./watching.js";
