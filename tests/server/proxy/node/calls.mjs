// Calls of the official client for Node; prints what each gave or threw, as JSON.
import OpenAI from "openai";

const [baseURL, apiKey, user] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, defaultHeaders: { "X-User-Id": user } });
const request = (text, more) => ({ model: "m", messages: [{ role: "user", content: text }], ...more });
const tool = { type: "function", function: { name: "weather", parameters: { type: "object" } } };

async function tried(call) {
  try {
    return await call();
  } catch (error) {
    return { name: error.constructor.name, status: error.status ?? null, error: error.error ?? null };
  }
}

async function pieces(params) {
  const found = [];
  for await (const chunk of await client.chat.completions.create({ ...params, stream: true })) {
    found.push(chunk);
  }
  return found;
}

const idle = "What is 17 * 23?";
const create = (params, options) => () => client.chat.completions.create(params, options);
const made = {
  plain: await tried(create(request(idle))),
  tools: await tried(create(request(idle, { model: "tools", tools: [tool] }))),
  stream: await tried(() => pieces(request(idle))),
  helper: await tried(() => client.chat.completions.stream(request(idle)).finalContent()),
  models: await tried(async () => (await client.models.list()).data),
  timeout: await tried(create(request(idle, { model: "slow" }), { timeout: 100 })),
};
for (const status of ["400", "401", "429", "500"]) {
  made[status] = await tried(create(request(idle, { model: status })));
}
const { data, response } = await client.chat.completions
  .create(request("How do I sleep better after work?"))
  .withResponse();
made.used = data;
made.decision = response.headers.get("x-recenter-decision");
console.log(JSON.stringify(made));
