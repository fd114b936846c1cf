import './js/hx.js';
import './js/toasts.js';
import './js/dialogs.js';
import './js/prefs.js';
import './js/net.js';
import './js/places.js';
import './js/tabs.js';
import './js/forms.js';
import './js/fields.js';
import './js/list.js';
import './js/columns.js';
import './js/menus.js';
import './js/badges.js';
import './js/combo.js';
import './js/palette.js';
import './js/reorder.js';
import './js/keys.js';

document.documentElement.classList.add('js');
