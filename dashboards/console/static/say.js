// Every word of the page: Chinese first, English beside it.

import { h } from "./dom.js";

const WORDS = {
  brand: ["舆情值守", "Duty desk"], skip: ["跳到预警", "Skip to alerts"],
  duty: ["值守", "Duty"], search: ["检索", "Search"], health: ["信源与管道", "Health"],
  cases: ["预警与案件", "Alerts and cases"], volume: ["声量与情感", "Volume and sentiment"],
  hot: ["热点事项", "Hot matters"], hotevents: ["热点事件", "Hot events"], heatnote: ["热度按公开公式", "heat by a published formula"],
  postsvoices: ["帖 · 人", "posts · voices"], noevents: ["这段时间没有两条以上帖文说同一件事。", "Nothing was told twice in this time."], blind: ["监测盲区", "Blind spots"], stream: ["实时帖文", "Live posts"],
  all: ["全部", "All"], neg: ["负面", "Negative"], neu: ["中性", "Neutral"], pos: ["正面", "Positive"],
  unacked: ["未签收", "Unacknowledged"], working: ["处理中", "In hand"], closed: ["已办结", "Closed"], open: ["未结", "Open"],
  ack: ["签收", "Acknowledge"], close: ["办结", "Close"], assign: ["交办", "Assign"], return: ["退回", "Return"],
  reopen: ["重开", "Reopen"], note: ["备注", "Note"], cancel: ["取消", "Cancel"],
  save: ["记住", "Remember"], who: ["签收、办结将记在谁的名下？", "Whose name goes on what you do here?"],
  officer: ["值班员", "Duty officer"], rename: ["改名", "Change name"], theme: ["明暗", "Light or dark"],
  keys: ["快捷键", "Keyboard"], pause: ["暂停（p）", "Pause (p)"], resume: ["继续（p）", "Resume (p)"],
  places: ["地点", "Places"], units: ["责任单位", "Units"], why: ["为何预警", "Why"], evidence: ["帖文摘录", "Evidence"], others: ["同一篇文章的其他事项", "Other matters of the same article"],
  notices: ["通知送达", "Notices"], history: ["经过", "History"], sealed: ["封存", "Sealed"],
  sealedwords: ["封存件：内容只向承办人开放，不在看板显示。", "Sealed: shown to its handler only."],
  withheld: ["〔封存：涉未成年人，正文不在看板显示〕", "[sealed: concerns a minor; text not shown on the desk]"],
  opened: ["立案", "Opened"], late: ["补报", "late"], quiet: ["已平息", "quiet"], firing: ["仍在发展", "still going"],
  posts: ["条", "posts"], reason: ["理由或办理结果（必填）", "Reason or outcome (required)"],
  unit: ["交给哪个单位", "To which unit"], replylink: ["公开答复链接（可不填）", "Link to the public answer (optional)"],
  nocases: ["没有未签收的预警。", "Nothing is waiting for you."], nocasesopen: ["没有处理中的案件。", "No case in hand."],
  nocasesclosed: ["没有已办结的案件。", "No closed case."], noposts: ["没有符合条件的帖文。", "No post matches."],
  noblind: ["没有盲区：全部信源正常。", "None: every source is fine."], nosources: ["尚未配置信源。", "No source is set up."],
  hour: ["近 1 小时", "Last hour"], neghour: ["负面占比", "Negative"], waiting: ["待签收", "To acknowledge"],
  openfig: ["未结案件", "Open cases"], delay: ["通知在途", "Notices pending"], dead: ["失败", "failed"],
  topic: ["事项", "Matter"], street: ["街道", "Street"], change: ["变化", "Change"], count: ["条数", "Posts"],
  unknown: ["地点不明", "Place unknown"], fresh: ["条新帖，点击查看", "new posts, show"],
  filter: ["过滤：停水 AND place.street:湖东街道", "Filter: 停水 AND place.street:湖东街道"],
  quick: ["检索帖文：停水 AND sentiment.label:neg", "Search posts: 停水 AND sentiment.label:neg"],
  go: ["检索", "Search"], found: ["条结果", "results"], csv: ["导出 CSV（前 50 条）", "CSV (first 50)"],
  sources: ["信源", "Sources"], parts: ["依赖", "Dependencies"], stages: ["处理环节", "Stages"], outbox: ["通知送达", "Delivery"],
  source: ["信源", "Source"], state: ["状态", "State"], seen: ["最近巡查", "Last visit"], news: ["最近有帖", "Last post"],
  problem: ["问题与处置", "Problem"], stage: ["环节", "Stage"], lag: ["积压", "Waiting"], delayed: ["延迟", "Delay"],
  fine: ["正常", "fine"], away: ["不可用", "away"], live: ["实时", "live"], lost: ["连接中断，重连中", "reconnecting"],
  dockcases: ["预警", "Alerts"], dockstream: ["帖文", "Posts"], dockpicture: ["态势", "Picture"], dockhealth: ["信源", "Sources"],
  overdue: ["超时", "overdue"], left: ["剩", "left"], agg: ["聚合", "Group by"], none: ["不聚合", "none"], none_: ["无", "none"],
  day: ["日", "Day"], hours: ["小时", "Hour"], sentiment: ["情感", "Sentiment"], just: ["刚刚", "now"],
  newalert: ["新预警", "New alert"], done: ["已记录", "Recorded"], offline: ["没有连上服务", "The server cannot be reached"],
  raw: ["查看原帖", "Open the post"], attempts: ["次尝试", "tries"], vs: ["对比前一时段", "against the span before"], blindmin: ["盲区", "blind"],
  original: ["原帖", "post"], closedialog: ["关闭（Esc）", "Close (Esc)"], spam: ["广告灌水", "spam"],
  syntax: ["怎样写检索式", "How to write a query"],
  whypost: ["为何", "Why"], whylabels: ["为何是这些标签", "Why these labels"], corrections: ["人工更正", "Corrections"],
  onepost: ["帖文", "Post"], fix: ["更正", "Correct"], whywrong: ["哪里不对（必填）", "What is wrong (required)"], officersays: ["人工：", "officer:"],
  labelling: ["标注", "Labelling"], whichlabel: ["标注哪一项", "Which label"], labelsdone: ["条已标注", "labelled"], machinesays: ["机器判断：", "The machine says:"],
  nothingtolabel: ["没有待标注的帖文。", "Nothing is waiting to be labelled."],
  labelkeys: ["数字或字母键选标签，空格跳过，Backspace 回到上一条。", "A number or letter picks a label, space skips, Backspace goes back."],
};

const TABLES = {
  topic: {
    water: ["供水", "Water"], power: ["供电", "Power"], gas: ["燃气", "Gas"], heat: ["供热", "Heating"],
    property: ["物业小区", "Property"], housing: ["住房建设", "Housing"], city: ["市容城管", "City order"], noise: ["噪声", "Noise"],
    traffic: ["交通出行", "Traffic"], transit: ["公交客运", "Transit"], environment: ["生态环境", "Environment"],
    market: ["市场监管", "Market"], food: ["食品安全", "Food safety"], health: ["医疗卫生", "Health"],
    education: ["教育", "Education"], labor: ["劳动报酬", "Wages"], social: ["社保民政", "Welfare"], land: ["征地拆迁", "Land"],
    rural: ["农业农村", "Rural"], safety: ["公共安全", "Safety"], disaster: ["自然灾害", "Disaster"],
    service: ["政务服务作风", "Service"], culture: ["文旅", "Culture"], fraud: ["电信诈骗", "Fraud"],
    account: ["政务账号", "Accounts"], other: ["其他", "Other"],
  },
  level: { L1: ["红", "Red"], L2: ["橙", "Orange"], L3: ["黄", "Yellow"], L4: ["蓝", "Blue"] },
  state: {
    open: ["未签收", "new"], acknowledged: ["已签收", "acknowledged"], assigned: ["已交办", "assigned"], closed: ["已办结", "closed"],
  },
  field: {
    "gate.status": ["是否事项", "Relevance"], "matter.topic": ["事项", "Matter"], "matter.appeal_type": ["诉求类型", "Appeal"], "matter.harm": ["危害度", "Harm"],
    "matter.accusation": ["检举控告", "Accusation"], "matter.msg_kind": ["留言类别", "Kind of message"], "matter.department": ["部门类别", "Department"],
    "matter.domain": ["领域", "Domain"], "sentiment.label": ["情感倾向", "Sentiment"], "place.status": ["属地", "Territory"], "party.name": ["涉事主体", "Party"],
    "privacy.classes": ["个人信息", "Personal data"], "parts.topic": ["其中一件", "One of its matters"], "cluster.id": ["近似重复", "Copies"], "event.id": ["事件", "Event"],
  },
  appeal: {
    inquiry: ["咨询", "inquiry"], help: ["求助", "help"], complaint: ["投诉", "complaint"], report: ["举报", "report"], suggestion: ["建议", "suggestion"], praise: ["表扬", "praise"],
  },
  place: { known: ["本区", "ours"], unknown: ["待定", "undetermined"], out_of_territory: ["外地", "elsewhere"] },
  gate: { relevant: ["事项", "matter"], irrelevant: ["无关", "irrelevant"], spam: ["广告灌水", "spam"], insufficient_text: ["文字太少", "too little text"] },
  harm: { H0: ["H0 无", "H0 none"], H1: ["H1 个人", "H1 one person"], H2: ["H2 群体或基本服务", "H2 a group or a service"], H3: ["H3 生命危险", "H3 danger to life"] },
  label: { neg: ["负面", "neg"], neu: ["中性", "neu"], pos: ["正面", "pos"] },
  notice: {
    waiting: ["待发送", "waiting"], accepted: ["已送达", "delivered"], retrying: ["重试中", "retrying"], leased: ["发送中", "sending"],
    dead: ["失败", "failed"], superseded: ["已被后续通知取代", "superseded"],
  },
  reason: {
    first: ["首次预警", "first"], level_up: ["升级", "raised"], repeat: ["重复提醒", "repeat"], ack: ["签收告知", "acknowledged"],
    resolve: ["平息告知", "quiet"], escalate: ["逐级上报", "escalated"], operations: ["运行告警", "operations"],
  },
  outcome: {
    news: ["正常", "news"], quiet: ["正常", "quiet"], degraded: ["部分可用", "degraded"], blocked: ["遇验证，已停", "blocked"],
    forbidden: ["不允许采集", "forbidden"], gone: ["已失效", "gone"], failed: ["采集失败", "failed"], "": ["尚未巡查", "not yet"],
  },
  what: {
    opened: ["立案", "Opened"], raised: ["升级", "Raised"], grew: ["继续增加", "Grew"], quiet: ["已平息", "Quiet"],
    ack: ["签收", "Acknowledged"], assign: ["交办", "Assigned"], return: ["退回", "Returned"], close: ["办结", "Closed"],
    reopen: ["重开", "Reopened"], note: ["备注", "Note"], joined: ["并入", "Joined"], reopened: ["重开", "Reopened"],
  },
  stage: {
    analyse: ["研判", "Analyse"], cluster: ["归并", "Cluster"], match: ["匹配", "Match"], detect: ["预警", "Detect"], notify: ["通知", "Notify"],
    index: ["入库", "Index"], collect: ["采集", "Collect"],
  },
};

let chosen = localStorage.getItem("yuqing.lang") === "en" ? 1 : 0;

export const lang = () => (chosen ? "en" : "zh");
export const t = (key) => WORDS[key]?.[chosen] ?? key;
export const say = (table, key) => TABLES[table]?.[key]?.[chosen] ?? key ?? "";
// What a label of a field is called: matter.topic water is 供水.
const NAMED = { "matter.topic": "topic", "parts.topic": "topic", "matter.appeal_type": "appeal", "matter.harm": "harm", "sentiment.label": "label", "place.status": "place", "gate.status": "gate" };
export const labelled = (field, label) => (NAMED[field] ? say(NAMED[field], label) : label || t("none_"));
export const fault = (answer) => answer?.[lang()] || answer?.zh || t("offline");

export function speak(name) {
  chosen = name === "en" ? 1 : 0;
  localStorage.setItem("yuqing.lang", lang());
  document.documentElement.lang = chosen ? "en" : "zh-CN";
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = t(node.dataset.say);
  for (const node of document.querySelectorAll("[data-title]")) name_(node, t(node.dataset.title));
}

function name_(node, words) {
  node.title = words;
  node.setAttribute("aria-label", words);
}

// The half of "中文 / English" in the language of the page.
export function half(words) {
  const [zh, ...en] = String(words ?? "").split(" / ");
  return chosen && en.length ? en.join(" / ") : zh;
}

export const number = (n) => (n ?? 0).toLocaleString("en-US");

let zone = "Asia/Shanghai";
let offset = 0;

export function setClock(now, timezone) {
  offset = new Date(now).getTime() - Date.now();
  zone = timezone || zone;
}

export const now = () => Date.now() + offset;

const shapes = new Map();
export function time(at, shape = "HM") {
  const options = {
    HM: { hour: "2-digit", minute: "2-digit" }, HMS: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
    MD: { month: "2-digit", day: "2-digit" }, MDHM: { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
  }[shape];
  const key = zone + shape;
  if (!shapes.has(key)) {
    shapes.set(key, new Intl.DateTimeFormat("zh-CN", { ...options, timeZone: zone, hourCycle: "h23" }));
  }
  return shapes.get(key).format(new Date(at)).replace(/\//g, "-");
}

export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const [unit, size] = s < 60 ? [["秒", "s"], 1] : s < 3600 ? [["分", "m"], 60] : s < 172800 ? [["小时", "h"], 3600] : [["天", "d"], 86400];
  return chosen ? `${Math.floor(s / size)}${unit[1]}` : `${Math.floor(s / size)} ${unit[0]}`;
}

export function ago(at) {
  const s = (now() - new Date(at).getTime()) / 1000;
  return s < 10 ? t("just") : span(s) + (chosen ? " ago" : "前");
}

// A time that keeps growing older on the page; `tick` freshens all of them.
export const since = (at) => h("time", { class: "age", datetime: at, title: time(at, "MDHM"), "data-ago": at }, ago(at));

export function tick() {
  for (const node of document.querySelectorAll("[data-ago]")) {
    const words = ago(node.dataset.ago);
    if (node.textContent !== words) node.textContent = words;
  }
}
