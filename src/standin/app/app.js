/** The stand-in's chat page: signs in with an access token, asks over the socket, shows what comes. */
const RETRY_MS = 500;
const TOKEN = 'token';

const byId = (id) => document.getElementById(id);
const { api, ws, profile, eventBody } = await (await fetch('config.json')).json();

let token = sessionStorage.getItem(TOKEN);
let thread;
let socket;
/** Cards of runs that have no answer yet, by the id of the message they answer, later by run. */
const open = new Map();

const say = (id, text) => {
  byId(id).textContent = text;
  byId(id).hidden = text === '';
};

const get = async (path) => {
  const response = await fetch(api + path, { headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
};

const addCard = (author) => {
  const card = document.createElement('article');
  card.className = author;
  card.setAttribute('aria-label', author === 'user' ? 'You' : 'Agent');
  byId('conversation').append(card);
  return card;
};

const write = (card, text, className = 'text') => {
  const line = document.createElement('p');
  line.className = className;
  line.textContent = text;
  card.append(line);
  byId('conversation').scrollTop = byId('conversation').scrollHeight;
};

const textOf = (content) => (typeof content === 'string' ? content : content.map(({ text }) => text.value).join(''));

const showHistory = async () => {
  const [newest] = await get('/api/threads?limit=1');
  if (newest === undefined || newest.metadata?.status === 'archived') return;
  thread = newest.id;
  const { messages } = await get(`/api/threads/${thread}/messages?limit=100`);
  byId('conversation').replaceChildren();
  for (const { role, content } of messages) write(addCard(role === 'user' ? 'user' : 'agent'), textOf(content));
};

const onEvent = {
  agent_started: (card, { context }) => {
    thread = context.thread_id;
    write(card, 'The agent is working …', 'step');
  },
  agent_thinking: (card, { reasoning }) => write(card, `The agent is thinking: ${reasoning}`, 'step'),
  tool_executing: (card, { tool_name }) => write(card, `Using ${tool_name} …`, 'step'),
  agent_completed: (card, { result }) => {
    for (const step of card.querySelectorAll('.step')) step.remove();
    write(card, result.answer);
  },
  agent_error: (card, { error_message }) => write(card, `The agent failed: ${error_message}`),
};

const receive = (frame) => {
  if ([frame.type, frame.data?.event].includes('connection_established')) say('connection', 'Connected');
  if (frame.type === 'ping') socket.send(JSON.stringify({ type: 'pong' }));
  if (frame.type === 'error_message') say('chat-error', frame.error_message);
  const event = frame[eventBody];
  if (frame.type === 'agent_started' && open.has(event.context.message_id))
    open.set(frame.run_id, open.get(event.context.message_id));
  const card = open.get(frame.run_id);
  if (card !== undefined) onEvent[frame.type]?.(card, event);
};

const base64url = (text) => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const connect = () => {
  const own = new WebSocket(ws, ['jwt-auth', `jwt.${base64url(token)}`]);
  socket = own;
  own.addEventListener('message', ({ data }) => receive(JSON.parse(data)));
  own.addEventListener('close', () => {
    if (socket === own) lost();
  });
};

const lost = () => {
  say('connection', 'Reconnecting …');
  if (navigator.onLine) setTimeout(() => socket.readyState > WebSocket.OPEN && connect(), RETRY_MS);
};
// A network that is gone closes no socket: the page has to notice by itself.
addEventListener('offline', () => {
  socket?.close();
  lost();
});
addEventListener('online', () => socket !== undefined && connect());

const enter = async () => {
  const { email } = await get(profile);
  sessionStorage.setItem(TOKEN, token);
  byId('login').hidden = true;
  byId('chat').hidden = false;
  byId('who').textContent = `Signed in as ${email}`;
  say('connection', 'Connecting …');
  connect();
  await showHistory();
};

byId('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  token = byId('token').value;
  byId('token').value = '';
  say('login-error', '');
  try {
    await enter();
  } catch (error) {
    say('login-error', `Sign-in failed: ${error.message}`);
  }
});

byId('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  const content = byId('message').value;
  byId('message').value = '';
  say('chat-error', '');
  const messageId = crypto.randomUUID();
  write(addCard('user'), content);
  open.set(messageId, addCard('agent'));
  const payload = thread === undefined ? { content } : { content, thread_id: thread };
  socket.send(JSON.stringify({ type: 'chat_message', message_id: messageId, payload }));
});

if (token !== null) {
  try {
    await enter();
  } catch (error) {
    sessionStorage.removeItem(TOKEN);
    say('login-error', `Sign in again: ${error.message}`);
  }
}
