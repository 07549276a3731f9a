// Notifications on this phone: offered where the browser can show them, turned on by a press, never asked for by itself.
const KEPT = "hoiam-notifications"; // for whom they were turned on here: codes of reports, "account"

export function start(root) {
  if (!("PushManager" in window) || !("Notification" in window) || !navigator.serviceWorker) return;
  for (const offer of root.querySelectorAll("[data-push]")) begin(offer).catch(() => {});
}

async function begin(offer) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const button = offer.querySelector("button");
  const show = async () => say(offer, await isOn(offer, pushManager));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await ((await isOn(offer, pushManager)) ? turnOff : turnOn)(offer, pushManager);
      await show();
    } catch (error) {
      offer.querySelector("[data-said]").textContent = error.said ?? offer.dataset.failed;
    } finally {
      button.disabled = false;
    }
  });
  await show();
  offer.hidden = false;
}

async function isOn(offer, pushManager) {
  return known().includes(offer.dataset.who) && Boolean(await pushManager.getSubscription());
}

function say(offer, on) {
  const { isOn, isOff, turnOn, turnOff, denied } = offer.dataset;
  const blocked = Notification.permission === "denied";
  offer.querySelector("[data-said]").textContent = blocked ? denied : on ? isOn : isOff;
  offer.querySelector("button").textContent = on ? turnOff : turnOn;
  offer.querySelector("button").hidden = blocked;
}

async function turnOn(offer, pushManager) {
  if ((await Notification.requestPermission()) !== "granted") return;
  const subscription = await subscribed(pushManager, offer.dataset.key);
  const { p256dh: key, auth: secret } = subscription.toJSON().keys;
  await tell(offer.dataset.to, offer, { endpoint: subscription.endpoint, key, secret });
  keep([...new Set([...known(), offer.dataset.who])]);
}

// A city that has changed its key is asked anew: the old consent was given to the old one.
async function subscribed(pushManager, key) {
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    await (await pushManager.getSubscription())?.unsubscribe();
    return pushManager.subscribe(options);
  }
}

async function turnOff(offer, pushManager) {
  const subscription = await pushManager.getSubscription();
  await subscription?.unsubscribe();
  keep([]);
  if (subscription) await tell(offer.dataset.off, offer, { endpoint: subscription.endpoint });
}

async function tell(address, offer, said) {
  const body = new URLSearchParams({ ...said, csrf_token: offer.dataset.token });
  const answer = await fetch(address, { method: "POST", body });
  if (answer.ok) return;
  const { message } = await answer.json().catch(() => ({}));
  throw Object.assign(new Error("refused"), { said: message });
}

function known() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? [];
  } catch {
    return []; // this browser keeps nothing
  }
}

function keep(list) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(list));
  } catch {
    // then the page offers it again next time
  }
}
